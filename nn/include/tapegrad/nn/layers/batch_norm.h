// BatchNorm: features normalised over the batch.
#pragma once
#include <string>

#include "tapegrad/nn/module/module.h"

namespace tapegrad::nn {

struct BatchNormOptions {
  double momentum = 0.1;  ///< share of the new batch in the running values, as in PyTorch; Keras' is 1 minus this
  double epsilon = 1e-5;  ///< added to the variance
};

/// y = weight (x - mean) / sqrt(variance + epsilon) + bias for x (..., features), feature by feature (Ioffe and Szegedy
/// 2015). In training mean and variance are those of the batch, over all leading axes, and go into the running values,
/// the variance there with the divisor n - 1; in inference they are the running values.
/// A call in training changes the buffers, so that no other thread may call the same layer meanwhile. A checkpoint
/// around it, which calls it twice, moves the running values twice.
template <Real T>
struct BasicBatchNorm {
  using value_type = T;
  /// Throws ShapeError for no features, DomainError for a momentum outside [0, 1] and an epsilon that is not positive.
  explicit BasicBatchNorm(std::size_t features, BatchNormOptions options = {});
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
    part("running_mean", running_mean);
    part("running_variance", running_variance);
    part(mode);
  }
  /// Throws ShapeError when the last axis of x is not `features`, and in training for fewer than two rows.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const { return "BatchNorm"; }

  BatchNormOptions options;
  Parameter<T> weight, bias;                         ///< (features,), ones and zeros at first
  mutable Buffer<T> running_mean, running_variance;  ///< (features,), zeros and ones at first
  Mode mode = Mode::inference;
};
using BatchNorm = BasicBatchNorm<float>;

extern template struct BasicBatchNorm<float>;
extern template struct BasicBatchNorm<double>;

}  // namespace tapegrad::nn
