// Complex numbers, composed of ops on their parts.
#include "tapegrad/ops/complex.h"

#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {

namespace {

// The parts of a sum or difference by f; a part that one side lacks is that of the other, or its opposite.
template <Real T, class F>
Complex<T> termwise(const ComplexOperand<T>& a, const ComplexOperand<T>& b, const F& f, double sign) {
  const Tensor<T> real = f(a.real, b.real, a.site);
  if (a.imag && b.imag) return {real, f(a.imag, b.imag, a.site)};
  const Tensor<T> imag = a.imag ? a.imag : sign < 0 ? -b.imag : b.imag;
  return {real, imag.shape() == real.shape() ? imag : broadcast_to(imag, real.shape(), a.site)};
}

template <Real T>
Complex<T> over_real(const ComplexOperand<T>& z, const Tensor<T>& x) {
  return {divide(z.real, x, z.site), divide(z.imag, x, z.site)};
}

}  // namespace

template <Real T>
Complex<T> sum_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b) {
  return termwise(
      a, b, [](const auto& p, const auto& q, CallSite site) { return add(p, q, site); }, 1);
}
template <Real T>
Complex<T> difference_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b) {
  return termwise(
      a, b, [](const auto& p, const auto& q, CallSite site) { return subtract(p, q, site); }, -1);
}

template <Real T>
Complex<T> product_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b) {
  const CallSite& site = a.site;
  const auto times = [&](const Tensor<T>& p, const Tensor<T>& q) { return multiply(p, q, site); };
  if (!a.imag) return {times(a.real, b.real), times(a.real, b.imag)};
  if (!b.imag) return {times(a.real, b.real), times(a.imag, b.real)};
  return {subtract(times(a.real, b.real), times(a.imag, b.imag), site),
          add(times(a.real, b.imag), times(a.imag, b.real), site)};
}

// By the conjugate of b over its length, twice: no square overflows.
template <Real T>
Complex<T> quotient_of(const ComplexOperand<T>& a, const ComplexOperand<T>& b) {
  if (!b.imag) return over_real(a, b.real);
  const Tensor<T> length = hypot(b.real, b.imag, a.site);
  const Complex<T> direction{divide(b.real, length, a.site), -divide(b.imag, length, a.site)};
  return over_real<T>({product_of<T>(a, {direction, a.site}), a.site}, length);
}

template <Real T>
Complex<T> conj(const Complex<T>& z, CallSite site) {
  return {z.real, multiply(z.imag, Tensor<T>(T(-1)), site)};
}
template <Real T>
Tensor<T> abs(const Complex<T>& z, CallSite site) {
  return hypot(z.real, z.imag, site);
}
template <Real T>
Tensor<T> angle(const Complex<T>& z, CallSite site) {
  return atan2(z.imag, z.real, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ComplexOps {
  using Z = const Complex<T>&;
  using Operator = Complex<T>(const ComplexOperand<T>&, const ComplexOperand<T>&);
  static constexpr std::tuple functions{Function<Operator>(sum_of),
                                        Function<Operator>(difference_of),
                                        Function<Operator>(product_of),
                                        Function<Operator>(quotient_of),
                                        Function<Complex<T>(Z, CallSite)>(conj),
                                        Function<Tensor<T>(Z, CallSite)>(abs),
                                        Function<Tensor<T>(Z, CallSite)>(angle)};
};
template struct ComplexOps<float>;
template struct ComplexOps<double>;

}  // namespace tapegrad
