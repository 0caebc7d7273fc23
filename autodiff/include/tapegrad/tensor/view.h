// view(x, xt::range(0, 2), xt::all(), 1): slices in xtensor's words.
#pragma once
#include "tapegrad/ops.h"

namespace tapegrad {

/// Slice of an axis of `length` places from an integer (drops the axis; negative counts from the end).
template <std::integral I>
engine::Slice to_slice(I index, std::size_t length) {
  const long place = static_cast<long>(index) + (index < 0 ? static_cast<long>(length) : 0);
  return {place, 1, 1, true};
}
inline engine::Slice to_slice(xt::xall_tag, std::size_t length) { return {0, 1, length, false}; }
/// From xt::range(begin, end) or xt::range(begin, end, step).
template <class A, class B, class C>
engine::Slice to_slice(const xt::xrange_adaptor<A, B, C>& range, std::size_t length) {
  auto places = range.get(length);
  const std::size_t count = places.size();
  const long start = count ? static_cast<long>(places(0)) : 0;
  return {start, count > 1 ? static_cast<long>(places(1)) - start : 1, count, false};
}

/// A part of a tensor; axes that are not named are taken whole. Throws ShapeError for slices outside.
template <class X, class... S>
  requires IsTensor<X>
auto view(X&& x, S&&... slices) {
  if (sizeof...(S) > x.rank()) {
    throw ShapeError("view: " + std::to_string(sizeof...(S)) + " slices for a tensor of shape " + text(x.shape()));
  }
  std::size_t axis = 0;
  engine::Slices all{to_slice(slices, x.shape()[axis++])...};
  return slice(x, all, CallSite{});
}

}  // namespace tapegrad
