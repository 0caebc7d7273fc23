// The order of elements along an axis. Equal elements stay in their order; NaN is larger than all numbers, as in NumPy
// and PyTorch. Gradients go to the elements that the values are.
#pragma once
#include "tapegrad/ops/indices.h"

namespace tapegrad {

struct SortOptions {
  bool descending = false;  ///< the largest first
};
/// The elements along an axis, the smallest first.
template <Real T>
Tensor<T> sort(const Tensor<T>& x, long axis = -1, SortOptions options = {}, CallSite site = CallSite::current());
/// Where the elements of sort(x, axis, options) stand in x.
template <Real T>
Indices argsort(const Tensor<T>& x, long axis = -1, SortOptions options = {}, CallSite site = CallSite::current());

/// Elements and where they stand along the axis.
template <Real T>
struct ValuesAndIndices {
  Tensor<T> values;
  Indices indices;
};
struct TopkOptions {
  bool largest = true;  ///< else the smallest
};
/// The k largest along an axis, the largest first. Throws ShapeError where k is above the axis' length.
template <Real T>
ValuesAndIndices<T> topk(const Tensor<T>& x, std::size_t k, long axis = -1, TopkOptions options = {},
                         CallSite site = CallSite::current());
/// The k-th smallest along an axis, from 1, as PyTorch counts; the axis goes. Throws ShapeError where k is 0 or above
/// the axis' length.
template <Real T>
ValuesAndIndices<T> kthvalue(const Tensor<T>& x, std::size_t k, long axis = -1, CallSite site = CallSite::current());

/// The different elements of x, sorted; all NaNs are one.
template <Real T>
struct Unique {
  Tensor<T> values;
  Indices first;    ///< of each value, its first place among all elements of x in their order; there its gradient goes
  Indices inverse;  ///< of x's shape: which of the values stands there
  Indices counts;   ///< how often each value stands in x
};
template <Real T>
Unique<T> unique(const Tensor<T>& x, CallSite site = CallSite::current());

struct SearchOptions {
  bool right = false;  ///< behind equal elements, not before them
};
/// Where the values would stand in a sorted list so that it stays sorted: sorted[i - 1] < v <= sorted[i], with `right`
/// sorted[i - 1] <= v < sorted[i]. Throws ShapeError unless the list has one axis, DomainError unless it is sorted.
template <Real T>
Indices searchsorted(const Tensor<T>& sorted, const std::type_identity_t<Tensor<T>>& values, SearchOptions options = {},
                     CallSite site = CallSite::current());

}  // namespace tapegrad
