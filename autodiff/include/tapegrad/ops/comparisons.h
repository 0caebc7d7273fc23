// Comparisons, which give masks, and what masks choose.
#pragma once
#include <concepts>
#include <type_traits>

#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// a > b, broadcast.
template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a < b, broadcast.
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a >= b, broadcast.
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a <= b, broadcast.
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T>
Mask operator>(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator<(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator>=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater_equal(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator<=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less_equal(a, b.as_tensor(), b.site);
}

// Of masks, broadcast, as of NumPy's arrays of bool. Both sides are always computed.
Mask logical_and(const Mask& a, const Mask& b, CallSite site = CallSite::current());
Mask logical_or(const Mask& a, const Mask& b, CallSite site = CallSite::current());
Mask logical_not(const Mask& a);
/// A mask on one side at least, on the other a mask or an xtensor expression of bool or integers.
template <class A, class B>
concept MaskPair = (std::same_as<A, Mask> && (std::same_as<B, Mask> || XtensorExpression<B>)) ||
                   (XtensorExpression<A> && std::same_as<B, Mask>);
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator&&(A&& a, B&& b) {
  return logical_and(a, b, CallSite{});
}
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator||(A&& a, B&& b) {
  return logical_or(a, b, CallSite{});
}
inline Mask operator!(const Mask& a) { return logical_not(a); }

/// a where the mask is set, b elsewhere. No gradient, and so no NaN, comes from the side that was not taken.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
// The same with a plain number on one side.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, std::type_identity_t<T> b, CallSite site = CallSite::current()) {
  return where(mask, a, Tensor<T>(b), site);
}
template <Real T>
Tensor<T> where(const Mask& mask, std::type_identity_t<T> a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return where(mask, Tensor<T>(a), b, site);
}
/// Plain numbers on both sides: a Tensor<float> of two floats, else one of double, or of the type that is named:
/// x * where<float>(x > 0, 1, 0).
template <class T = void, class A, class B>
  requires(std::is_arithmetic_v<A> && std::is_arithmetic_v<B>)
auto where(const Mask& mask, A a, B b, CallSite site = CallSite::current()) {
  using Both = std::conditional_t<std::is_same_v<A, float> && std::is_same_v<B, float>, float, double>;
  using Chosen = std::conditional_t<std::is_void_v<T>, Both, T>;
  return where(mask, Tensor<Chosen>(a), Tensor<Chosen>(b), site);
}
/// Limits x to [low, high]; the gradient is 0 outside, 1 inside and on the limits.
template <Real T>
Tensor<T> clip(const Tensor<T>& x, double low, double high, CallSite site = CallSite::current());

}  // namespace tapegrad
