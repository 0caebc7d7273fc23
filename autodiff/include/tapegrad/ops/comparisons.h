// Comparisons, which give masks, and what masks choose.
#pragma once
#include <concepts>
#include <type_traits>

#include "tapegrad/functions/beside.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

// Each pair of elements, broadcast. The operators > < >= <= == != do the same and take plain numbers on either side.
// All but not_equal say no where one of the two is a NaN.
template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T> Mask equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T> Mask not_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// Whether an element is a NaN; an infinity; neither.
template <Real T> Mask isnan(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Mask isinf(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Mask isfinite(const Tensor<T>& x, CallSite site = CallSite::current());

// Of masks, broadcast, as of NumPy's arrays of bool. Both sides are always computed.
Mask logical_and(const Mask& a, const Mask& b, CallSite site = CallSite::current());
Mask logical_or(const Mask& a, const Mask& b, CallSite site = CallSite::current());
Mask logical_xor(const Mask& a, const Mask& b, CallSite site = CallSite::current());
Mask logical_not(const Mask& a);
/// Whether all elements say yes; true of no elements.
bool all(const Mask& mask);
/// Whether any element says yes; false of no elements.
bool any(const Mask& mask);
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
// NumPy's names for the same, and whether the two answers are the same, element by element.
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator&(A&& a, B&& b) {
  return logical_and(a, b, CallSite{});
}
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator|(A&& a, B&& b) {
  return logical_or(a, b, CallSite{});
}
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator^(A&& a, B&& b) {
  return logical_xor(a, b, CallSite{});
}
inline Mask operator~(const Mask& a) { return logical_not(a); }
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator!=(A&& a, B&& b) {
  return logical_xor(a, b, CallSite{});
}
template <class A, class B>
  requires MaskPair<std::remove_cvref_t<A>, std::remove_cvref_t<B>>
Mask operator==(A&& a, B&& b) {
  return logical_not(logical_xor(a, b, CallSite{}));
}

/// Whether |a - b| <= atol + rtol |b| for all elements, broadcast, as NumPy's allclose. Equal infinities are close, a
/// NaN is close to nothing. Throws ShapeError when the shapes do not broadcast.
template <Real T>
bool allclose(const Tensor<T>& a, const Tensor<T>& b, double rtol = 1e-5, double atol = 1e-8,
              CallSite site = CallSite::current());
template <class A, class B>
  requires TensorAndNumber<A, B>
bool allclose(const A& a, const B& b, double rtol = 1e-5, double atol = 1e-8, CallSite site = CallSite::current()) {
  using T = element_type_of<A, B>;
  return allclose(beside<T>(a), beside<T>(b), rtol, atol, site);
}

/// a where the mask is set, b elsewhere. What was not taken gives no gradient, and no NaN either, whatever it holds: of
/// where(x > 0, sqrt(x), x) the derivative at -1 is 1, in reverse and forward mode, in recorded sweeps, Jacobians,
/// Hessians and replays. So it is with what clip, maximum, minimum, fmax, fmin, amax, amin, relu and its kin, and parts
/// of a tensor do not take. What is left: a factor of 0 is no mask, 0 * sqrt(x) has a derivative of NaN at 0; and an op
/// that mixes elements, such as matmul or softmax, makes NaNs of an infinity or a NaN among its operands unless nothing
/// at all of its result was taken. More in docs/decisions/0032-what-was-not-chosen.md.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
// The same with a plain number on one side.
template <class A, class B>
  requires TensorAndNumber<A, B>
auto where(const Mask& mask, const A& a, const B& b, CallSite site = CallSite::current()) {
  using T = element_type_of<A, B>;
  return where(mask, beside<T>(a), beside<T>(b), site);
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
