// Complex numbers: a pair of real tensors. All that is differentiated stays real; docs/decisions/0035 says why.
#pragma once
#include <type_traits>

#include "tapegrad/ops/arithmetic.h"

namespace tapegrad {

template <Real T>
struct ComplexOperand;

/// real + i imag, two tensors of one shape. The gradients of a loss are those with respect to its parts, so that
/// z - rate * gradient goes downhill, as in PyTorch. + - * / take complex and real tensors and plain numbers on either
/// side, and broadcast; they throw ShapeError where shapes do not.
template <Real T>
struct Complex {
  Tensor<T> real, imag;
  const Shape& shape() const { return real.shape(); }

  friend Complex operator+(const ComplexOperand<T>& a, const ComplexOperand<T>& b) { return sum_of(a, b); }
  friend Complex operator-(const ComplexOperand<T>& a, const ComplexOperand<T>& b) { return difference_of(a, b); }
  friend Complex operator*(const ComplexOperand<T>& a, const ComplexOperand<T>& b) { return product_of(a, b); }
  friend Complex operator/(const ComplexOperand<T>& a, const ComplexOperand<T>& b) { return quotient_of(a, b); }
};
template <Real T>
Complex(Tensor<T>, Tensor<T>) -> Complex<T>;

/// One side of an operator of complex numbers, with the line of the program; of a real one `imag` is empty.
template <Real T>
struct ComplexOperand {
  ComplexOperand(const Complex<T>& z, CallSite site = CallSite::current()) : real(z.real), imag(z.imag), site(site) {}
  ComplexOperand(const Tensor<T>& x, CallSite site = CallSite::current()) : real(x), site(site) {}
  template <class N>
    requires std::is_arithmetic_v<N>
  ComplexOperand(N number, CallSite site = CallSite::current()) : real(static_cast<T>(number)), site(site) {}
  Tensor<T> real, imag;
  CallSite site;
};
// What the operators are made of.
template <Real T>
Complex<T> sum_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b);
template <Real T>
Complex<T> difference_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b);
template <Real T>
Complex<T> product_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b);
template <Real T>
Complex<T> quotient_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b);

/// real - i imag.
template <Real T>
Complex<T> conj(const Complex<T>& z, CallSite site = CallSite::current());
/// sqrt(real^2 + imag^2), which does not overflow on its way; the gradient is 0 at 0, by choice.
template <Real T>
Tensor<T> abs(const Complex<T>& z, CallSite site = CallSite::current());
/// The angle from -pi to pi; the gradient is 0 at 0, by choice.
template <Real T>
Tensor<T> angle(const Complex<T>& z, CallSite site = CallSite::current());

}  // namespace tapegrad
