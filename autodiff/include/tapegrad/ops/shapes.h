// The same elements in other shapes, parts of tensors, and tensors put together.
#pragma once
#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "tapegrad/ops/reductions.h"

namespace tapegrad {

/// The same elements in another shape, of which one length may be -1; shares the array.
template <Real T> Tensor<T> reshape(const Tensor<T>& x, const Extents& shape, CallSite site = CallSite::current());
/// x repeated along axes of length 1 and along new ones before its own. Throws ShapeError for a shape that x does not
/// broadcast to.
template <Real T> Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, CallSite site = CallSite::current());
/// The shape that two shapes broadcast to, as NumPy does it. Throws ShapeError in the name of `op`.
Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b, const CallSite& site);
/// Sums x over the axes along which `shape` was broadcast to it: the reverse of broadcast_to.
template <Real T> Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, CallSite site = CallSite::current());
/// All axes reversed, or in the order given.
template <Real T> Tensor<T> transpose(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> transpose(const Tensor<T>& x, const Axes& order, CallSite site = CallSite::current());
/// The parts one behind the other along an axis. Throws ShapeError for no parts, and unless they have the same shape
/// but for that axis.
template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis = 0, CallSite site = CallSite::current());
/// The parts beside each other, along a new axis. Throws ShapeError for no parts, and unless they have one shape.
template <Real T>
Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis = 0, CallSite site = CallSite::current());
// The same of tensors in braces: concatenate({a, b}).
template <Real T>
Tensor<T> concatenate(std::initializer_list<Tensor<T>> parts, long axis = 0, CallSite site = CallSite::current()) {
  return concatenate(std::vector<Tensor<T>>(parts), axis, site);
}
template <Real T>
Tensor<T> stack(std::initializer_list<Tensor<T>> parts, long axis = 0, CallSite site = CallSite::current()) {
  return stack(std::vector<Tensor<T>>(parts), axis, site);
}

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
namespace engine {
/// Whether vmap follows what this mask was made of.
bool follows(const Mask& mask);
}  // namespace engine
/// Integers, or yes and no as 1 and 0, as a constant.
template <Real To, class V>
Tensor<To> cast(const Choice<V>& x) {
  if constexpr (std::same_as<V, bool>) {
    if (engine::follows(x)) return where(x, Tensor<To>(To(1)), Tensor<To>(To(0)));
  }
  Tensor<To> y = Tensor<To>::empty(x.shape());
  std::transform(x.data(), x.data() + x.size(), y.mutable_data(), [](V v) { return static_cast<To>(v); });
  return y;
}
/// Numbers as integers (cast<std::int32_t>(x), towards 0), or as yes and no (cast<bool>(x): not 0). No gradient flows
/// through them. Throws DomainError for a number that no such integer stands for.
template <class To, Real T>
  requires(std::same_as<To, bool> || std::same_as<To, std::int32_t>)
Choice<To> cast(const Tensor<T>& x, CallSite site = CallSite::current());

/// The values of x, through which no gradient flows. Shares the array. Unlike constant(x), x must not be stale.
template <Real T> Tensor<T> stop_gradient(const Tensor<T>& x, CallSite site = CallSite::current());

}  // namespace tapegrad
