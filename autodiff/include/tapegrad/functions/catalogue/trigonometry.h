// Trigonometric functions. Each is one struct and one line that makes its function; the list at the end says what is
// there.
#pragma once
#include <cmath>

#include "tapegrad/functions/catalogue/powers.h"

namespace tapegrad {
namespace elementwise {

struct Sin {
  static constexpr std::string_view name = "sin";
  static constexpr Formula formula = of_x({"sin(x)", R"(\sin x)"}, {"cos(x)", R"(\cos x)"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { using std::sin; return sin(x); }
  template <class V> static V derivative(const V& x) { using std::cos; return cos(x); }
};
struct Cos {
  static constexpr std::string_view name = "cos";
  static constexpr Formula formula = of_x({"cos(x)", R"(\cos x)"}, {"-sin(x)", R"(-\sin x)"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { using std::cos; return cos(x); }
  template <class V> static V derivative(const V& x) { using std::sin; return -sin(x); }
};
struct Tan {
  static constexpr std::string_view name = "tan";
  static constexpr Formula formula = of_x({"tan(x)", R"(\tan x)"}, {"1 + y^2", "1 + y^2"});
  static constexpr Domain domain{-1, 1};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::tan(v); }, x); }
  template <class V> static V derivative(const V& y) { return 1 + y * y; }
};
struct Asin {
  static constexpr std::string_view name = "asin";
  static constexpr Formula formula =
      of_x({"asin(x)", R"(\arcsin x)"}, {"1 / sqrt(1 - x^2)", R"(\frac{1}{\sqrt{1 - x^2}})"});
  static constexpr Domain domain{-0.7, 0.7};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::asin(v); }, x); }
  template <class V> static V derivative(const V& x) {
    return apply(Rsqrt(), one_minus_square(x));
  }
};
struct Acos {
  static constexpr std::string_view name = "acos";
  static constexpr Formula formula =
      of_x({"acos(x)", R"(\arccos x)"}, {"-1 / sqrt(1 - x^2)", R"(-\frac{1}{\sqrt{1 - x^2}})"});
  static constexpr Domain domain{-0.7, 0.7};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::acos(v); }, x); }
  template <class V> static V derivative(const V& x) { return -Asin::derivative(x); }
};
struct Atan {
  static constexpr std::string_view name = "atan";
  static constexpr Formula formula = of_x({"atan(x)", R"(\arctan x)"}, {"1 / (1 + x^2)", R"(\frac{1}{1 + x^2})"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::atan(v); }, x); }
  template <class V> static V derivative(const V& x) {
    const V near = clip(x, -beyond_squares<V>, beyond_squares<V>);
    return 1 / (1 + near * near);
  }
};

using Trigonometry = Types<Sin, Cos, Tan, Asin, Acos, Atan>;

}  // namespace elementwise

/// The sine of x in radians.
template <Differentiable X>
[[gnu::always_inline]] inline auto sin(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Sin(), x, site);
}
/// The cosine of x in radians.
template <Differentiable X>
[[gnu::always_inline]] inline auto cos(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Cos(), x, site);
}
/// The tangent of x in radians.
template <Differentiable X>
[[gnu::always_inline]] inline auto tan(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Tan(), x, site);
}
/// The inverse of sin, for -1 <= x <= 1; derivative infinite at the ends.
template <Differentiable X>
[[gnu::always_inline]] inline auto asin(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Asin(), x, site);
}
/// The inverse of cos, for -1 <= x <= 1; derivative infinite at the ends.
template <Differentiable X>
[[gnu::always_inline]] inline auto acos(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Acos(), x, site);
}
/// The inverse of tan.
template <Differentiable X>
[[gnu::always_inline]] inline auto atan(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Atan(), x, site);
}

}  // namespace tapegrad
