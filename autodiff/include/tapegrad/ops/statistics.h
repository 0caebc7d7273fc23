// Moments and medians of numbers, and what is asked of many answers at once. Axes are those of reductions.h: none
// given, all of them. ShapeError for an axis that does not exist or is given twice.
#pragma once
#include <cstddef>

#include "tapegrad/ops/comparisons.h"
#include "tapegrad/ops/reductions.h"

namespace tapegrad {

struct VarianceOptions {
  double correction = 0;  ///< the sum of squares is divided by n - correction: 0 as NumPy's var, 1 as PyTorch's
  bool keepdims = false;  ///< leave the reduced axes in the shape, with length 1
};
/// The sum of (x - mean of x)^2 over n - correction, for n elements; NaN of none. Throws DomainError where the
/// correction leaves nothing to divide by.
template <Real T> Tensor<T> var(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> var(const Tensor<T>& x, const Axes& axes, VarianceOptions options = {}, CallSite site = CallSite::current());
/// The root of var: NumPy's std, a name that is taken in C++; this is xtensor's. Where all elements are equal its
/// derivatives are 0, as PyTorch's.
template <Real T> Tensor<T> stddev(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> stddev(const Tensor<T>& x, const Axes& axes, VarianceOptions options = {},
                 CallSite site = CallSite::current());

/// The one in the middle, of an even number the mean of the two in the middle, as NumPy's; NaN where there is a NaN, or
/// no element. Elements equal to one in the middle share its gradient.
template <Real T> Tensor<T> median(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> median(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());

/// Whether all elements along the axes say yes; true of none. all(mask), of all elements, is a bool: comparisons.h.
Mask all(const Mask& mask, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());
/// Whether any element along the axes says yes; false of none.
Mask any(const Mask& mask, const Axes& axes, ReduceOptions options = {}, CallSite site = CallSite::current());

/// How many elements say yes, in all or along axes.
std::size_t count_nonzero(const Mask& mask);
Indices count_nonzero(const Mask& mask, const Axes& axes, ReduceOptions options = {},
                      CallSite site = CallSite::current());
/// How many elements are not 0, in all or along axes; a NaN is not.
template <Real T>
std::size_t count_nonzero(const Tensor<T>& x, CallSite site = CallSite::current()) {
  return count_nonzero(not_equal(x, Tensor<T>(T(0)), site));
}
template <Real T>
Indices count_nonzero(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {},
                      CallSite site = CallSite::current()) {
  return count_nonzero(not_equal(x, Tensor<T>(T(0)), site), axes, options, site);
}

}  // namespace tapegrad
