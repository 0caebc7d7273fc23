// What formulas choose by, for scalars and dual numbers: maximum, minimum, clip, where; and max and min, as <algorithm>
// calls them, for these and for tensors.
#pragma once
#include <concepts>
#include <type_traits>

#include "tapegrad/functions/apply.h"

namespace tapegrad {
namespace elementwise {

/// The larger of two numbers, NaN if either is one; equal ones share the derivative half and half. The op of tensors is
/// in ops/arithmetic.h.
struct Maximum {
  template <class V> static V value(const V& a, const V& b) { return maximum(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    return where(a > b, V(1.), where(a < b, V(0.), V(0.5)));
  }
  template <class V> static V right(const V& a, const V& b, const V& y) { return left(b, a, y); }
};
struct Minimum {
  template <class V> static V value(const V& a, const V& b) { return minimum(a, b); }
  template <class V> static V left(const V& a, const V& b, const V& y) { return Maximum::left(b, a, y); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return Maximum::left(a, b, y); }
};
struct Clip {
  double low, high;
  static constexpr Keeps keeps = Keeps::input;
  template <class V> V value(const V& x) const { return clip(x, low, high); }
  template <class V> V derivative(const V& x) const {
    return where(x < V(low), V(0.), where(x > V(high), V(0.), V(1.)));
  }
};

}  // namespace elementwise

/// The larger of a scalar and a scalar or a plain number, NaN if either is one; equal ones share the derivative half
/// and half.
template <class A, class B>
  requires(ScalarPair<A, B> || MixedScalars<A, B>)
[[gnu::always_inline]] inline auto maximum(const A& a, const B& b) {
  return apply(elementwise::Maximum(), a, b);
}
/// The smaller one in the same way.
template <class A, class B>
  requires(ScalarPair<A, B> || MixedScalars<A, B>)
[[gnu::always_inline]] inline auto minimum(const A& a, const B& b) {
  return apply(elementwise::Minimum(), a, b);
}
/// x limited to [low, high]; derivative 1 inside and on the limits, 0 outside.
template <AnyScalar X>
[[gnu::always_inline]] inline auto clip(const X& x, double low, double high) {
  return apply(elementwise::Clip{low, high}, x);
}
/// a if chosen, else b, as a scalar. Of formulas only the chosen one becomes a statement.
template <class A, class B>
  requires ScalarPair<A, B>
auto where(std::same_as<bool> auto chosen, const A& a, const B& b) {
  using S = Scalar<typename ScalarTypeOf<A, B>::type>;
  return chosen ? S(a) : S(b);
}

/// maximum(a, b) and minimum(a, b) under the names of <algorithm>, of numbers and of the elements of tensors.
template <class A, class B>
  requires(DifferentiablePair<A, B> || TensorAndOther<A, B>)
[[gnu::always_inline]] inline auto max(const A& a, const B& b) {
  return maximum(a, b);
}
template <class A, class B>
  requires(DifferentiablePair<A, B> || TensorAndOther<A, B>)
[[gnu::always_inline]] inline auto min(const A& a, const B& b) {
  return minimum(a, b);
}
// Of one type: preferred to std::max and std::min, where a program uses those names too.
template <Differentiable X>
[[gnu::always_inline]] inline auto max(const X& a, const X& b) {
  return maximum(a, b);
}
template <Differentiable X>
[[gnu::always_inline]] inline auto min(const X& a, const X& b) {
  return minimum(a, b);
}

}  // namespace tapegrad
