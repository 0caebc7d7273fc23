// Softmax along an axis, the last one unless another is named. Throws ShapeError for a number, and for an axis that
// does not exist.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// exp(z) over its sum along the axis, stable for every z.
template <Real T> Tensor<T> softmax(const Tensor<T>& z, CallSite site = CallSite::current());
template <Real T> Tensor<T> softmax(const Tensor<T>& z, long axis, CallSite site = CallSite::current());
/// The logarithm of softmax, z - log(sum of exp(z)): finite where softmax is 0 to the last digit.
template <Real T> Tensor<T> log_softmax(const Tensor<T>& z, CallSite site = CallSite::current());
template <Real T> Tensor<T> log_softmax(const Tensor<T>& z, long axis, CallSite site = CallSite::current());

}  // namespace tapegrad
