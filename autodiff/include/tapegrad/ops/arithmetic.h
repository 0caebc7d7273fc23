// Arithmetic on tensors, broadcasting as NumPy does. Every op throws ShapeError when shapes do not fit.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

// The operators + - * / do the same and take plain numbers on either side.
template <Real T> Tensor<T> sum_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> difference_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> product_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> quotient_of(const Operand<T>& a, const Operand<T>& b);
template <Real T>
Tensor<T> add(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return sum_of<T>({a, site}, {b, site});
}
template <Real T>
Tensor<T> subtract(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return difference_of<T>({a, site}, {b, site});
}
template <Real T>
Tensor<T> multiply(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return product_of<T>({a, site}, {b, site});
}
template <Real T>
Tensor<T> divide(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return quotient_of<T>({a, site}, {b, site});
}
/// a^b. The gradient with respect to b is 0 where a <= 0.
template <Real T> Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// x^k for any x; the gradient is 0 where k is 0.
template <Real T> Tensor<T> pow(const Tensor<T>& x, double k, CallSite site = CallSite::current());
/// The larger of the two, NaN if either is one; equal elements share the gradient half and half.
template <Real T> Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// The smaller of the two, in the same way.
template <Real T> Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
// The same with a plain number on one side.
template <Real T>
Tensor<T> maximum(const Tensor<T>& a, std::type_identity_t<T> b, CallSite site = CallSite::current()) {
  return maximum(a, Tensor<T>(b), site);
}
template <Real T>
Tensor<T> minimum(const Tensor<T>& a, std::type_identity_t<T> b, CallSite site = CallSite::current()) {
  return minimum(a, Tensor<T>(b), site);
}

// ---- operators with an xtensor expression on one side
// Without these, xtensor's own operators would take a tensor for a scalar. They carry no line of the user's program.
template <class A, class B>
concept TensorAndExpression = (IsTensor<A> && XtensorExpression<B>) || (XtensorExpression<A> && IsTensor<B>);

template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator+(A&& a, B&& b) {
  return add(Tensor(a), Tensor(b), CallSite{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator+(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator-(A&& a, B&& b) {
  return subtract(Tensor(a), Tensor(b), CallSite{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator-(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator*(A&& a, B&& b) {
  return multiply(Tensor(a), Tensor(b), CallSite{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator*(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator/(A&& a, B&& b) {
  return divide(Tensor(a), Tensor(b), CallSite{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator/(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)

}  // namespace tapegrad
