// The functions of <cmath> that tensors have no op for, each as one struct as in elementwise.h: value and derivative of
// numbers, written once for float, double and dual numbers of those.
#pragma once
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "tapegrad/functions/elementwise.h"
#include "tapegrad/functions/number.h"

namespace tapegrad {

/// The derivative of log gamma(x): reflection below 1/2, recurrence up to 10, then the asymptotic series
/// (Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18). NaN at 0, -1, -2, ...
template <ScalarNumber V>
V digamma(V x) {
  if constexpr (std::is_same_v<V, float>) {
    return static_cast<float>(digamma(static_cast<double>(x)));
  } else {
    using std::log, std::tan;
    const auto number = number_in(x);
    if (number <= 0 && number == std::floor(number)) return V(std::numeric_limits<double>::quiet_NaN());
    V result(0);
    if (number < 0.5) {
      result -= std::numbers::pi / tan(std::numbers::pi * (x - std::round(number)));
      x = 1 - x;
    }
    for (; x < 10; x += 1) result -= 1 / x;
    const V r = 1 / (x * x);
    const V series =
        r * (1. / 12 - r * (1. / 120 - r * (1. / 252 - r * (1. / 240 - r * (1. / 132 - r * (691. / 32760 - r / 12))))));
    return result + log(x) - 0.5 / x - series;
  }
}

namespace elementwise {

// y = 2^x             dy/dx = y ln 2
struct Exp2 {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::exp2; return exp2(x); }
  template <class V> static V derivative(const V& y) { return y * V(std::numbers::ln2); }
};
// y = e^x - 1         dy/dx = e^x: y + 1 would cancel
struct Expm1 {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::expm1; return expm1(x); }
  template <class V> static V derivative(const V& x) { using std::exp; return exp(x); }
};
// y = log2(x)         dy/dx = 1 / (x ln 2)
struct Log2 {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log2; return log2(x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * V(std::numbers::ln2)); }
};
// y = log10(x)        dy/dx = 1 / (x ln 10)
struct Log10 {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log10; return log10(x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * V(std::numbers::ln10)); }
};
// y = log(1 + x)      dy/dx = 1 / (1 + x)
struct Log1p {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log1p; return log1p(x); }
  template <class V> static V derivative(const V& x) { return 1 / (1 + x); }
};
// y = x^(1/3)         dy/dx = 1 / (3 y^2)
struct Cbrt {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::cbrt; return cbrt(x); }
  template <class V> static V derivative(const V& y) { return 1 / (3 * y * y); }
};
// y = tan(x)          dy/dx = 1 + y^2
struct Tan {
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::tan; return tan(x); }
  template <class V> static V derivative(const V& y) { return 1 + y * y; }
};
// y = asin(x)         dy/dx = 1 / sqrt(1 - x^2)
struct Asin {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::asin; return asin(x); }
  template <class V> static V derivative(const V& x) { using std::sqrt; return 1 / sqrt((1 - x) * (1 + x)); }
};
// y = acos(x)         dy/dx = -1 / sqrt(1 - x^2)
struct Acos {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::acos; return acos(x); }
  template <class V> static V derivative(const V& x) { using std::sqrt; return -1 / sqrt((1 - x) * (1 + x)); }
};
// y = atan(x)         dy/dx = 1 / (1 + x^2)
struct Atan {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::atan; return atan(x); }
  template <class V> static V derivative(const V& x) { return 1 / (1 + x * x); }
};
// y = sinh(x)         dy/dx = cosh(x)
struct Sinh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::sinh; return sinh(x); }
  template <class V> static V derivative(const V& x) { using std::cosh; return cosh(x); }
};
// y = cosh(x)         dy/dx = sinh(x)
struct Cosh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::cosh; return cosh(x); }
  template <class V> static V derivative(const V& x) { using std::sinh; return sinh(x); }
};
// y = asinh(x)        dy/dx = 1 / sqrt(1 + x^2)
struct Asinh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::asinh; return asinh(x); }
  template <class V> static V derivative(const V& x) { using std::hypot; return 1 / hypot(V(1), x); }
};
// y = acosh(x)        dy/dx = 1 / sqrt(x^2 - 1)
struct Acosh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::acosh; return acosh(x); }
  template <class V> static V derivative(const V& x) { using std::sqrt; return 1 / (sqrt(x - 1) * sqrt(x + 1)); }
};
// y = atanh(x)        dy/dx = 1 / (1 - x^2)
struct Atanh {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::atanh; return atanh(x); }
  template <class V> static V derivative(const V& x) { return 1 / ((1 - x) * (1 + x)); }
};
// y = erf(x)          dy/dx = 2 / sqrt(pi) e^(-x^2)
struct Erf {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::erf; return erf(x); }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    return 2 * V(std::numbers::inv_sqrtpi) * exp(-x * x);
  }
};
// y = 1 - erf(x)      dy/dx = -2 / sqrt(pi) e^(-x^2)
struct Erfc {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::erfc; return erfc(x); }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    return -2 * V(std::numbers::inv_sqrtpi) * exp(-x * x);
  }
};
// y = log |gamma(x)|  dy/dx = digamma(x)
struct LogGamma {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::lgamma; return lgamma(x); }
  template <class V> static V derivative(const V& x) { return digamma(x); }
};
// y = gamma(x)         dy/dx = gamma(x) digamma(x)
struct Gamma {
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::tgamma; return tgamma(x); }
  template <class V> static V derivative(const V& x) { using std::tgamma; return tgamma(x) * digamma(x); }
};
// Steps: dy/dx = 0
struct Rounding {
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V derivative(const V&) { return V(0); }
};
struct Floor : Rounding {
  template <class V> static V value(const V& x) { using std::floor; return floor(x); }
};
struct Ceil : Rounding {
  template <class V> static V value(const V& x) { using std::ceil; return ceil(x); }
};
struct Round : Rounding {
  template <class V> static V value(const V& x) { using std::round; return round(x); }
};
struct Trunc : Rounding {
  template <class V> static V value(const V& x) { using std::trunc; return trunc(x); }
};
struct Rint : Rounding {
  template <class V> static V value(const V& x) { using std::rint; return rint(x); }
};
struct NearbyInt : Rounding {
  template <class V> static V value(const V& x) { using std::nearbyint; return nearbyint(x); }
};
struct Logb : Rounding {
  template <class V> static V value(const V& x) { using std::logb; return logb(x); }
};

// y = a^b             dy/da = b a^(b - 1), dy/db = y log(a), 0 where a <= 0. For registers of numbers too
struct Power {
  template <class V> static V value(const V& a, const V& b) { using std::pow; return pow(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    using std::pow;
    return b * pow(where(b == V(0), where(a == V(0), V(1), a), a), b - V(1));  // 0^0: 0, not 0 times infinity
  }
  template <class V> static V right(const V& a, const V&, const V& y) {
    using std::log;
    return where(a > V(0), y * log(where(a > V(0), a, V(1))), V(0));
  }
};
// y = sqrt(a^2 + b^2) dy/da = a / y, dy/db = b / y; 0 where y = 0 by choice
struct Hypot {
  template <class V> static V value(const V& a, const V& b) { using std::hypot; return hypot(a, b); }
  template <class V> static V left(const V& a, const V&, const V& y) { return y == 0 ? V(0) : a / y; }
  template <class V> static V right(const V&, const V& b, const V& y) { return y == 0 ? V(0) : b / y; }
};
// y = angle of (b, a) dy/da = b / (a^2 + b^2), dy/db = -a / (a^2 + b^2); 0 where both are 0 by choice
struct Atan2 {
  template <class V> static V value(const V& a, const V& b) { using std::atan2; return atan2(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    using std::hypot;
    const V distance = hypot(a, b);  // whose square may overflow
    return distance == 0 ? V(0) : b / distance / distance;
  }
  template <class V> static V right(const V& a, const V& b, const V& y) { return -left(b, a, y); }
};
// y = max(a, b)       the derivative goes to the one that y is; equal ones share it half and half
struct Larger {
  template <class V> static V value(const V& a, const V& b) { using std::fmax; return fmax(a, b); }
  template <class V> static V left(const V& a, const V& b, const V& y) { return a == b ? V(0.5) : V(a == y); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return a == b ? V(0.5) : V(b == y); }
};
// y = min(a, b)       the same
struct Smaller : Larger {
  template <class V> static V value(const V& a, const V& b) { using std::fmin; return fmin(a, b); }
};
// y = max(a - b, 0)   dy/da = 1 where a > b, dy/db = -1 there
struct PositiveDifference {
  template <class V> static V value(const V& a, const V& b) { using std::fdim; return fdim(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) { return V(a > b); }
  template <class V> static V right(const V& a, const V& b, const V&) { return -V(a > b); }
};
// y = a - n b         dy/da = 1, dy/db = -n
struct Fmod {
  template <class V> static V value(const V& a, const V& b) { using std::fmod; return fmod(a, b); }
  template <class V> static V left(const V&, const V&, const V&) { return V(1); }
  template <class V> static V right(const V& a, const V& b, const V& y) { using std::round; return round((y - a) / b); }
};
struct Remainder : Fmod {
  template <class V> static V value(const V& a, const V& b) { using std::remainder; return remainder(a, b); }
};
// y = |a| sign(b)     dy/da = 1 if the signs agree, else -1; dy/db = 0
struct Copysign {
  template <class V> static V value(const V& a, const V& b) { using std::copysign; return copysign(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    return std::signbit(number_in(a)) == std::signbit(number_in(b)) ? V(1) : V(-1);
  }
  template <class V> static V right(const V&, const V&, const V&) { return V(0); }
};

}  // namespace elementwise
}  // namespace tapegrad
