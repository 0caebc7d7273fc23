// Products of matrices.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// As NumPy's: vectors, matrices, and stacks of matrices whose leading axes broadcast.
template <Real T> Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// x w + b in one op: x (..., in), w (in, out), b (out).
template <Real T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& b, CallSite site = CallSite::current());

}  // namespace tapegrad
