// Reductions along axes, and places of the largest and smallest. A sum is at least as accurate as one by pairs: terms
// of one sign are summed to a relative error of 1e-6 in float and 2e-15 in double, however many there are, along any
// axis, with the same bits for every number of threads. The same holds for sums inside of other ops: gradients of what
// was broadcast, biases, losses, softmax. Axes without elements are as in NumPy and PyTorch: a sum of nothing is 0,
// its mean NaN, and there is no largest of nothing (ShapeError); when such an axis stays, the result is empty.
#pragma once
#include "tapegrad/tensor/axes.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

struct ReduceOptions {
  bool keepdims = false;  ///< leave the reduced axes in the shape, with length 1
};
template <Real T> Tensor<T> sum(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> mean(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> amax(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> amin(const Tensor<T>& x, CallSite site = CallSite::current());
/// The sum of all elements, or of those along axes.
template <Real T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// The sum over the number of elements.
template <Real T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// The largest element; equal ones share the gradient.
template <Real T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// The smallest element in the same way.
template <Real T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// The product; 1 of nothing. Derivatives of any order are right where elements are 0: nothing is divided.
template <Real T> Tensor<T> prod(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> prod(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// log(sum of exp(x)), without overflow. Of elements that are all -inf, or of none, it is -inf, with derivatives 0.
template <Real T> Tensor<T> logsumexp(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> logsumexp(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {},
                    CallSite site = CallSite::current());

struct NormOptions {
  double order = 2;  ///< 1, the sum of magnitudes; 2; infinity, the largest magnitude; or any number between
  bool keepdims = false;  ///< leave the reduced axes in the shape, with length 1
};
/// The norm, (sum of |x|^order)^(1/order), of all elements or of those along axes; 0 of none. Of order 2 along two
/// axes it is the Frobenius norm of matrices. The way to write sqrt(sum(square(x))): where all of them are 0, its
/// gradient is 0 as PyTorch's, and no NaN, and so are derivatives of higher order; squares of huge and tiny elements
/// neither overflow nor vanish. Of infinite order, equal ones share the gradient. Throws DomainError for an order
/// below 1, ShapeError for the largest of no elements.
template <Real T> Tensor<T> norm(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> norm(const Tensor<T>& x, const Axes& axes, NormOptions options = {}, CallSite site = CallSite::current());

/// The place of the largest element, counted row-major; with an axis, of the largest along it: the shape of x without
/// that axis. The first of equal ones; a NaN counts as the largest. Throws ShapeError when there are no elements to
/// choose from.
template <Real T> Indices argmax(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Indices argmax(const Tensor<T>& x, long axis, CallSite site = CallSite::current());
/// The place of the smallest element in the same way; a NaN counts as the smallest.
template <Real T> Indices argmin(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Indices argmin(const Tensor<T>& x, long axis, CallSite site = CallSite::current());

}  // namespace tapegrad
