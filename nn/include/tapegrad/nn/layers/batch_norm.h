// BatchNorm: features normalised over the batch.
#pragma once
#include <string>

#include "tapegrad/nn/module/module.h"

namespace tapegrad::nn {

/// Keras', with its defaults.
struct BatchNormOptions {
  double momentum = 0.99;  ///< in [0, 1]: what stays of the running values in a batch; PyTorch's is 1 minus this
  double epsilon = 1e-3;   ///< above 0: added to the variance
  long axis = -1;          ///< that of the features; 1 for the channels of convolutions
};

/// y = weight (x - mean) / sqrt(variance + epsilon) + bias, feature by feature (Ioffe and Szegedy 2015): x (..., features),
/// or with the features along another axis, as nn::BatchNorm(16, {.axis = 1}) for images. In training mean and variance
/// are those of the batch, over all other axes, and go into the running values, the variance there with the divisor
/// n - 1; in inference they are the running values.
/// A call in training changes the buffers, so that no other thread may call the same layer meanwhile. A checkpoint
/// around it, which calls it twice, moves the running values twice.
template <Real T>
struct BasicBatchNorm {
  using value_type = T;
  /// Throws ShapeError for no features, DomainError for options that cannot be.
  explicit BasicBatchNorm(std::size_t features, BatchNormOptions options = {});
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
    part("running_mean", running_mean);
    part("running_variance", running_variance);
    part(mode);
  }
  /// Throws ShapeError when that axis of x is not `features` or x has it alone, and in training for fewer than two
  /// numbers of a feature; DomainError for options that cannot be.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const { return "BatchNorm"; }

  BatchNormOptions options;  ///< may be changed between calls
  Parameter<T> weight, bias;                         ///< (features,), ones and zeros at first
  mutable Buffer<T> running_mean, running_variance;  ///< (features,), zeros and ones at first
  Mode mode = Mode::inference;
};
using BatchNorm = BasicBatchNorm<float>;

extern template struct BasicBatchNorm<float>;
extern template struct BasicBatchNorm<double>;

}  // namespace tapegrad::nn
