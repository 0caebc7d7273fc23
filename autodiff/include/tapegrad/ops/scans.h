// Scans: what sum, prod, amax, amin and logsumexp give of the elements up to each place of an axis. The result has
// the shape of x. Without an axis all elements are taken row-major, in a result of one axis, as NumPy does it.
// ShapeError for an axis that does not exist. Sums are as accurate as those of reductions.h; the bits are the same
// for every number of threads.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

struct ScanOptions {
  bool reverse = false;  ///< from the last place of the axis to the first
};

/// y_i = x_0 + ... + x_i.
template <Real T> Tensor<T> cumsum(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> cumsum(const Tensor<T>& x, long axis, ScanOptions options = {}, CallSite site = CallSite::current());

/// y_i = x_0 ... x_i. Derivatives of any order are right where elements are 0: nothing is divided.
template <Real T> Tensor<T> cumprod(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> cumprod(const Tensor<T>& x, long axis, ScanOptions options = {}, CallSite site = CallSite::current());

/// The largest of x_0, ..., x_i, NaN from the first NaN on. Of equal ones the last has the gradient, as in PyTorch.
template <Real T> Tensor<T> cummax(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> cummax(const Tensor<T>& x, long axis, ScanOptions options = {}, CallSite site = CallSite::current());
/// The smallest in the same way.
template <Real T> Tensor<T> cummin(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> cummin(const Tensor<T>& x, long axis, ScanOptions options = {}, CallSite site = CallSite::current());

/// log(e^x_0 + ... + e^x_i), without overflow; -inf of elements that are all -inf, with derivatives 0.
template <Real T> Tensor<T> logcumsumexp(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> logcumsumexp(const Tensor<T>& x, long axis, ScanOptions options = {}, CallSite site = CallSite::current());

/// y_i = a_i y_(i-1) + b_i from y_(-1) = 0: moving averages, discounted rewards, state space models. The derivatives of
/// the scans above are such recurrences. a and b broadcast. A factor of exactly 0 forgets what was before, be it an
/// infinity or a NaN.
template <Real T>
Tensor<T> linear_recurrence(const Tensor<T>& a, const Tensor<T>& b, long axis, ScanOptions options = {},
                            CallSite site = CallSite::current());

}  // namespace tapegrad
