// The functions of <cmath> and the activations, for scalars. Each stands under its name, to be found by its argument.
// A struct says value and derivative, once; formulas are in the comments.
#pragma once
#include <cmath>
#include <numbers>

#include "tapegrad/scalar_expression.h"

namespace tapegrad {

/// The derivative of log gamma(x): reflection below 1/2, recurrence up to 10, then the asymptotic series
/// (Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18). NaN at 0, -1, -2, ...
template <Real T>
T digamma(T number) {
  double x = number, result = 0;
  if (x <= 0 && x == std::floor(x)) return std::numeric_limits<T>::quiet_NaN();
  if (x < 0.5) {
    result -= std::numbers::pi / std::tan(std::numbers::pi * std::remainder(x, 1.0));
    x = 1 - x;
  }
  for (; x < 10; ++x) result -= 1 / x;
  const double r = 1 / (x * x);
  const double series =
      r * (1. / 12 - r * (1. / 120 - r * (1. / 252 - r * (1. / 240 - r * (1. / 132 - r * (691. / 32760 - r / 12))))));
  return static_cast<T>(result + std::log(x) - 0.5 / x - series);
}

namespace elementwise {

// y = 2^x             dy/dx = y ln 2
struct Exp2 {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return std::exp2(x); }
  template <class V> static V derivative(const V& y) { return y * std::numbers::ln2_v<V>; }
};
// y = e^x - 1         dy/dx = y + 1
struct Expm1 {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return std::expm1(x); }
  template <class V> static V derivative(const V& y) { return y + 1; }
};
// y = log2(x)         dy/dx = 1 / (x ln 2)
struct Log2 {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::log2(x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * std::numbers::ln2_v<V>); }
};
// y = log10(x)        dy/dx = 1 / (x ln 10)
struct Log10 {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::log10(x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * std::numbers::ln10_v<V>); }
};
// y = log(1 + x)      dy/dx = 1 / (1 + x)
struct Log1p {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::log1p(x); }
  template <class V> static V derivative(const V& x) { return 1 / (1 + x); }
};
// y = x^(1/3)         dy/dx = 1 / (3 y^2)
struct Cbrt {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return std::cbrt(x); }
  template <class V> static V derivative(const V& y) { return 1 / (3 * y * y); }
};
// y = tan(x)          dy/dx = 1 + y^2
struct Tan {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return std::tan(x); }
  template <class V> static V derivative(const V& y) { return 1 + y * y; }
};
// y = asin(x)         dy/dx = 1 / sqrt(1 - x^2)
struct Asin {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::asin(x); }
  template <class V> static V derivative(const V& x) { return 1 / std::sqrt((1 - x) * (1 + x)); }
};
// y = acos(x)         dy/dx = -1 / sqrt(1 - x^2)
struct Acos {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::acos(x); }
  template <class V> static V derivative(const V& x) { return -1 / std::sqrt((1 - x) * (1 + x)); }
};
// y = atan(x)         dy/dx = 1 / (1 + x^2)
struct Atan {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::atan(x); }
  template <class V> static V derivative(const V& x) { return 1 / (1 + x * x); }
};
// y = sinh(x)         dy/dx = cosh(x)
struct Sinh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::sinh(x); }
  template <class V> static V derivative(const V& x) { return std::cosh(x); }
};
// y = cosh(x)         dy/dx = sinh(x)
struct Cosh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::cosh(x); }
  template <class V> static V derivative(const V& x) { return std::sinh(x); }
};
// y = asinh(x)        dy/dx = 1 / sqrt(1 + x^2)
struct Asinh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::asinh(x); }
  template <class V> static V derivative(const V& x) { return 1 / std::hypot(V(1), x); }
};
// y = acosh(x)        dy/dx = 1 / sqrt(x^2 - 1)
struct Acosh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::acosh(x); }
  template <class V> static V derivative(const V& x) { return 1 / (std::sqrt(x - 1) * std::sqrt(x + 1)); }
};
// y = atanh(x)        dy/dx = 1 / (1 - x^2)
struct Atanh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::atanh(x); }
  template <class V> static V derivative(const V& x) { return 1 / ((1 - x) * (1 + x)); }
};
// y = erf(x)          dy/dx = 2 / sqrt(pi) e^(-x^2)
struct Erf {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::erf(x); }
  template <class V> static V derivative(const V& x) { return 2 * std::numbers::inv_sqrtpi_v<V> * std::exp(-x * x); }
};
// y = 1 - erf(x)      dy/dx = -2 / sqrt(pi) e^(-x^2)
struct Erfc {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::erfc(x); }
  template <class V> static V derivative(const V& x) { return -2 * std::numbers::inv_sqrtpi_v<V> * std::exp(-x * x); }
};
// y = log |gamma(x)|  dy/dx = digamma(x)
struct LogGamma {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::lgamma(x); }
  template <class V> static V derivative(const V& x) { return digamma(x); }
};
// y = gamma(x)         dy/dx = gamma(x) digamma(x)
struct Gamma {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return std::tgamma(x); }
  template <class V> static V derivative(const V& x) { return std::tgamma(x) * digamma(x); }
};
// Steps: dy/dx = 0
struct Rounding {
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V derivative(const V&) { return V(0); }
};
struct Floor : Rounding {
  template <class V> static V value(const V& x) { return std::floor(x); }
};
struct Ceil : Rounding {
  template <class V> static V value(const V& x) { return std::ceil(x); }
};
struct Round : Rounding {
  template <class V> static V value(const V& x) { return std::round(x); }
};
struct Trunc : Rounding {
  template <class V> static V value(const V& x) { return std::trunc(x); }
};

// y = a^b             dy/da = b a^(b - 1), dy/db = y log(a), 0 where a <= 0
struct Power {
  template <class V> static V value(const V& a, const V& b) { return std::pow(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) { return b == 0 ? V(0) : b * std::pow(a, b - 1); }
  template <class V> static V right(const V& a, const V&, const V& y) { return a > 0 ? y * std::log(a) : V(0); }
};
// y = sqrt(a^2 + b^2) dy/da = a / y, dy/db = b / y; 0 where y = 0 by choice
struct Hypot {
  template <class V> static V value(const V& a, const V& b) { return std::hypot(a, b); }
  template <class V> static V left(const V& a, const V&, const V& y) { return y == 0 ? V(0) : a / y; }
  template <class V> static V right(const V&, const V& b, const V& y) { return y == 0 ? V(0) : b / y; }
};
// y = angle of (b, a) dy/da = b / (a^2 + b^2), dy/db = -a / (a^2 + b^2)
struct Atan2 {
  template <class V> static V value(const V& a, const V& b) { return std::atan2(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) { return b / (a * a + b * b); }
  template <class V> static V right(const V& a, const V& b, const V&) { return -a / (a * a + b * b); }
};
// y = max(a, b)       the derivative goes to the one that y is; equal ones share it half and half
struct Larger {
  template <class V> static V value(const V& a, const V& b) { return std::fmax(a, b); }
  template <class V> static V left(const V& a, const V& b, const V& y) { return a == b ? V(0.5) : V(a == y); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return a == b ? V(0.5) : V(b == y); }
};
// y = min(a, b)       the same
struct Smaller : Larger {
  template <class V> static V value(const V& a, const V& b) { return std::fmin(a, b); }
};
// y = a - n b         dy/da = 1, dy/db = -n
struct Fmod {
  template <class V> static V value(const V& a, const V& b) { return std::fmod(a, b); }
  template <class V> static V left(const V&, const V&, const V&) { return V(1); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return std::round((y - a) / b); }
};
struct Remainder : Fmod {
  template <class V> static V value(const V& a, const V& b) { return std::remainder(a, b); }
};
// y = |a| sign(b)     dy/da = 1 if the signs agree, else -1; dy/db = 0
struct Copysign {
  template <class V> static V value(const V& a, const V& b) { return std::copysign(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    return std::signbit(a) == std::signbit(b) ? V(1) : V(-1);
  }
  template <class V> static V right(const V&, const V&, const V&) { return V(0); }
};

}  // namespace elementwise

template <AnyScalar X> [[gnu::always_inline]] inline auto exp(const X& x) { return apply_to_scalar<elementwise::Exp>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto exp2(const X& x) { return apply_to_scalar<elementwise::Exp2>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto expm1(const X& x) { return apply_to_scalar<elementwise::Expm1>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto log(const X& x) { return apply_to_scalar<elementwise::Log>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto log2(const X& x) { return apply_to_scalar<elementwise::Log2>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto log10(const X& x) { return apply_to_scalar<elementwise::Log10>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto log1p(const X& x) { return apply_to_scalar<elementwise::Log1p>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto sqrt(const X& x) { return apply_to_scalar<elementwise::Sqrt>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto cbrt(const X& x) { return apply_to_scalar<elementwise::Cbrt>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto square(const X& x) { return apply_to_scalar<elementwise::Square>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto sin(const X& x) { return apply_to_scalar<elementwise::Sin>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto cos(const X& x) { return apply_to_scalar<elementwise::Cos>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto tan(const X& x) { return apply_to_scalar<elementwise::Tan>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto asin(const X& x) { return apply_to_scalar<elementwise::Asin>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto acos(const X& x) { return apply_to_scalar<elementwise::Acos>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto atan(const X& x) { return apply_to_scalar<elementwise::Atan>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto sinh(const X& x) { return apply_to_scalar<elementwise::Sinh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto cosh(const X& x) { return apply_to_scalar<elementwise::Cosh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto tanh(const X& x) { return apply_to_scalar<elementwise::Tanh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto asinh(const X& x) { return apply_to_scalar<elementwise::Asinh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto acosh(const X& x) { return apply_to_scalar<elementwise::Acosh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto atanh(const X& x) { return apply_to_scalar<elementwise::Atanh>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto erf(const X& x) { return apply_to_scalar<elementwise::Erf>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto erfc(const X& x) { return apply_to_scalar<elementwise::Erfc>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto lgamma(const X& x) { return apply_to_scalar<elementwise::LogGamma>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto tgamma(const X& x) { return apply_to_scalar<elementwise::Gamma>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto abs(const X& x) { return apply_to_scalar<elementwise::Abs>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto fabs(const X& x) { return apply_to_scalar<elementwise::Abs>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto floor(const X& x) { return apply_to_scalar<elementwise::Floor>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto ceil(const X& x) { return apply_to_scalar<elementwise::Ceil>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto round(const X& x) { return apply_to_scalar<elementwise::Round>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto trunc(const X& x) { return apply_to_scalar<elementwise::Trunc>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto sigmoid(const X& x) { return apply_to_scalar<elementwise::Sigmoid>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto relu(const X& x) { return apply_to_scalar<elementwise::Relu>(x); }
template <AnyScalar X> [[gnu::always_inline]] inline auto softplus(const X& x) { return apply_to_scalar<elementwise::Softplus>(x); }

template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto pow(const A& a, const B& b) { return apply_to_scalars<elementwise::Power>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto hypot(const A& a, const B& b) { return apply_to_scalars<elementwise::Hypot>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto atan2(const A& a, const B& b) { return apply_to_scalars<elementwise::Atan2>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto fmax(const A& a, const B& b) { return apply_to_scalars<elementwise::Larger>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto fmin(const A& a, const B& b) { return apply_to_scalars<elementwise::Smaller>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto fmod(const A& a, const B& b) { return apply_to_scalars<elementwise::Fmod>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto remainder(const A& a, const B& b) { return apply_to_scalars<elementwise::Remainder>(a, b); }
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto copysign(const A& a, const B& b) { return apply_to_scalars<elementwise::Copysign>(a, b); }

// Questions about the number.
template <AnyScalar X> bool isnan(const X& x) { return std::isnan(x.value()); }
template <AnyScalar X> bool isinf(const X& x) { return std::isinf(x.value()); }
template <AnyScalar X> bool isfinite(const X& x) { return std::isfinite(x.value()); }
template <AnyScalar X> bool signbit(const X& x) { return std::signbit(x.value()); }

}  // namespace tapegrad
