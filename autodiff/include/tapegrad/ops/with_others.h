// Operators and functions of a tensor and an xtensor expression, or a scalar, which stands for all elements. Without
// these, xtensor's own would take a tensor for a scalar. Theirs take any types, so these win by their constraints,
// which only count where the parameters are the same: so they carry no line of the user's program.
#pragma once
#include "tapegrad/functions/beside.h"
#include "tapegrad/functions/catalogue/pairs.h"
#include "tapegrad/ops/arithmetic.h"
#include "tapegrad/ops/comparisons.h"

namespace tapegrad {

template <class A, class B>
  requires TensorAndOther<A, B>
auto operator+(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return add(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto operator-(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return subtract(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto operator*(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return multiply(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto operator/(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return divide(beside<T>(a), beside<T>(b), CallSite{});
}

template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator>(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return greater(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator<(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return less(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator>=(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return greater_equal(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator<=(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return less_equal(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator==(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return equal(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
Mask operator!=(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return not_equal(beside<T>(a), beside<T>(b), CallSite{});
}

template <class A, class B>
  requires TensorAndOther<A, B>
auto pow(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return pow(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto maximum(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return maximum(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto minimum(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return minimum(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto hypot(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return hypot(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto atan2(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return atan2(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto fmax(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return fmax(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto fmin(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return fmin(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto fdim(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return fdim(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto fmod(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return fmod(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto remainder(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return remainder(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
auto copysign(A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return copysign(beside<T>(a), beside<T>(b), CallSite{});
}
template <class A, class B>
  requires TensorAndOther<A, B>
bool allclose(A&& a, B&& b, double rtol = 1e-5, double atol = 1e-8) {
  using T = element_type_of<A, B>;
  return allclose(beside<T>(a), beside<T>(b), rtol, atol, CallSite{});
}
/// where(mask, a, b), of a mask or an xtensor expression of bool.
template <class M, class A, class B>
  requires((std::same_as<std::remove_cvref_t<M>, Mask> || XtensorExpression<M>) &&
           (TensorAndOther<A, B> || (TensorPair<A, B> && XtensorExpression<M>)))
auto where(M&& mask, A&& a, B&& b) {
  using T = element_type_of<A, B>;
  return where(Mask(mask), beside<T>(a), beside<T>(b), CallSite{});
}

}  // namespace tapegrad
