// Losses and metrics as function objects, so that they can be options.
#pragma once
#include <string>
#include <string_view>

#include "tapegrad/ops.h"

namespace tapegrad::nn {

/// Throws ShapeError unless both have the same shape: broadcasting (n, 1) against (n,) would compare all with all.
template <Real T>
void require_same_shape(std::string_view what, const Tensor<T>& prediction, const Tensor<T>& target) {
  if (prediction && target && prediction.shape() == target.shape()) return;
  throw ShapeError(std::string(what) + ": the prediction has shape " +
                   (prediction ? text(prediction.shape()) : "none") + ", but the targets have " +
                   (target ? text(target.shape()) : "none") + ". Reshape one of them");
}

/// Mean of -(t log p + (1 - t) log(1 - p)) over all elements; the prediction is a probability. See ops.h.
struct BinaryCrossEntropy {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy(prediction, target);
  }
};
/// The same for a prediction z with p = sigmoid(z), stable for every z.
struct BinaryCrossEntropyWithLogits {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy_with_logits(prediction, target);
  }
};
/// Mean of (prediction - target)^2 over all elements. Throws ShapeError for two shapes.
struct MeanSquaredError {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape("mean_squared_error", prediction, target);
    return mean(square(prediction - target));
  }
};
/// The losses as options: {.loss = nn::binary_cross_entropy}.
inline constexpr BinaryCrossEntropy binary_cross_entropy{};
inline constexpr BinaryCrossEntropyWithLogits binary_cross_entropy_with_logits{};
inline constexpr MeanSquaredError mean_squared_error{};

/// The part of elements whose prediction and target lie on the same side of 0.5. Throws ShapeError for two shapes and
/// for no elements.
struct Accuracy {
  static constexpr std::string_view name = "accuracy";
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape("accuracy", prediction, target);
    if (target.size() == 0) throw ShapeError("accuracy: there are no elements, the shape is " + text(target.shape()));
    std::size_t right = 0;
    for (std::size_t i = 0; i < target.size(); ++i) right += (prediction.data()[i] > 0.5) == (target.data()[i] > 0.5);
    return static_cast<double>(right) / static_cast<double>(target.size());
  }
};
/// As an option: {.metrics = {nn::accuracy}}.
inline constexpr Accuracy accuracy{};

}  // namespace tapegrad::nn
