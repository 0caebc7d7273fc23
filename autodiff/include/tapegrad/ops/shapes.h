// The same elements in other shapes, parts of tensors, and tensors put together.
#pragma once
#include <string_view>
#include <vector>

#include "tapegrad/ops/reductions.h"

namespace tapegrad {

/// The same elements in another shape; shares the array.
template <Real T> Tensor<T> reshape(const Tensor<T>& x, const Shape& shape, CallSite site = CallSite::current());
template <Real T> Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, CallSite site = CallSite::current());
/// The shape that two shapes broadcast to, as NumPy does it. Throws ShapeError in the name of `op`.
Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b, const CallSite& site);
/// Sums x over the axes along which `shape` was broadcast to it: the reverse of broadcast_to.
template <Real T> Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, CallSite site = CallSite::current());
/// All axes reversed, or in the order given.
template <Real T> Tensor<T> transpose(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> transpose(const Tensor<T>& x, const Axes& order, CallSite site = CallSite::current());
template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis = 0, CallSite site = CallSite::current());
template <Real T>
Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis = 0, CallSite site = CallSite::current());

namespace engine {
/// One axis of a view: `count` places from `start`, `step` apart; `drop` removes the axis (an integer index).
struct Slice {
  long start = 0, step = 1;
  std::size_t count = 0;
  bool drop = false;
};
using Slices = ShortVector<Slice, 4>;
}  // namespace engine
/// A part of x, one slice an axis; axes that are not named are taken whole. Leading rows share the array, other views
/// copy.
template <Real T>
Tensor<T> slice(const Tensor<T>& x, const engine::Slices& slices, CallSite site = CallSite::current());

/// The same numbers as float or double.
template <Real To, Real T>
Tensor<To> cast(const Tensor<T>& x, CallSite site = CallSite::current());

/// The values of x, through which no gradient flows. Shares the array. Unlike constant(x), x must not be stale.
template <Real T> Tensor<T> stop_gradient(const Tensor<T>& x, CallSite site = CallSite::current());

}  // namespace tapegrad
