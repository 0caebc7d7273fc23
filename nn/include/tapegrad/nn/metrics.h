// Metrics as function objects, so that they can be options: {.metrics = {nn::accuracy}}.
#pragma once
#include <algorithm>

#include "tapegrad/nn/losses.h"

namespace tapegrad::nn {

/// For targets that are numbers: the part of elements whose prediction and target lie on the same side of 0.5. For
/// labels (rows,): the part of rows whose largest prediction (rows, classes) is the label's, the first of equal ones.
/// Throws ShapeError for shapes that do not fit and for no elements.
struct Accuracy {
  static constexpr std::string_view name = "accuracy";
  static constexpr bool takes_labels = true;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape(name, prediction, target);
    if (target.size() == 0) throw ShapeError("accuracy: there are no elements, the shape is " + text(target.shape()));
    std::size_t right = 0;
    for (std::size_t i = 0; i < target.size(); ++i) right += (prediction.data()[i] > 0.5) == (target.data()[i] > 0.5);
    return static_cast<double>(right) / static_cast<double>(target.size());
  }
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Indices& labels) const {
    require_labels(name, prediction, labels);
    if (labels.size() == 0) throw ShapeError("accuracy: there are no rows, the labels are " + text(labels.shape()));
    const std::size_t classes = prediction.shape()[1];
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const T* row = prediction.data() + i * classes;
      right += std::max_element(row, row + classes) - row == labels.data()[i];
    }
    return static_cast<double>(right) / static_cast<double>(labels.size());
  }
};
inline constexpr Accuracy accuracy{};

}  // namespace tapegrad::nn
