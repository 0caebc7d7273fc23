// Arithmetic on tensors, broadcasting as NumPy does. Every op throws ShapeError when shapes do not fit.
#pragma once
#include <type_traits>

#include "tapegrad/functions/beside.h"
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
template <class N, Real T>
  requires std::is_arithmetic_v<N>
Tensor<T> pow(N a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return pow(Tensor<T>(a), b, site);
}
template <class A, class B>
  requires TensorAndNumber<A, B>
auto maximum(const A& a, const B& b, CallSite site = CallSite::current()) {
  using T = element_type_of<A, B>;
  return maximum(beside<T>(a), beside<T>(b), site);
}
template <class A, class B>
  requires TensorAndNumber<A, B>
auto minimum(const A& a, const B& b, CallSite site = CallSite::current()) {
  using T = element_type_of<A, B>;
  return minimum(beside<T>(a), beside<T>(b), site);
}

}  // namespace tapegrad
