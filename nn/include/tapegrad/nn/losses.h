// Losses and metrics as function objects, so that they can be options.
#pragma once
#include <string_view>

#include "tapegrad/ops.h"

namespace tapegrad::nn {

struct BinaryCrossEntropy {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy(prediction, target);
  }
};
struct BinaryCrossEntropyWithLogits {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy_with_logits(prediction, target);
  }
};
struct MeanSquaredError {
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return mean(square(prediction - target));
  }
};
inline constexpr BinaryCrossEntropy binary_cross_entropy{};
inline constexpr BinaryCrossEntropyWithLogits binary_cross_entropy_with_logits{};
inline constexpr MeanSquaredError mean_squared_error{};

/// The part of elements whose prediction and target lie on the same side of 0.5.
struct Accuracy {
  static constexpr std::string_view name = "accuracy";
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    std::size_t right = 0;
    for (std::size_t i = 0; i < target.size(); ++i) right += (prediction.data()[i] > 0.5) == (target.data()[i] > 0.5);
    return static_cast<double>(right) / static_cast<double>(target.size());
  }
};
inline constexpr Accuracy accuracy{};

}  // namespace tapegrad::nn
