// Signs, powers, roots and roundings. Each is one struct and one line that makes its function; the list at the end says
// what is there.
#pragma once
#include <cmath>

#include "tapegrad/functions/apply.h"

namespace tapegrad {
namespace elementwise {

struct Negative {
  static constexpr std::string_view name = "negative";
  static constexpr Formula formula = of_x({"-x", "-x"}, {"-1", "-1"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V value(const V& x) { return -x; }
  template <class V> static V derivative(const V&) { return V(-1.); }
};
struct Square {
  static constexpr std::string_view name = "square";
  static constexpr Formula formula = of_x({"x^2", "x^2"}, {"2 * x", "2 x"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::with_factor;
  template <class V> static V value(const V& x) { return x * x; }
  template <class V> static V derivative(const V& x) { return 2 * x; }
};
struct Abs {
  static constexpr std::string_view name = "abs";
  static constexpr Formula formula = of_x({"abs(x)", "|x|"}, {"sign(x)", R"(\operatorname{sign} x)"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::abs; return abs(x); }
  template <class V> static V derivative(const V& x);
};
struct Sign {
  static constexpr std::string_view name = "sign";
  static constexpr Formula formula = of_x({"sign(x)", R"(\operatorname{sign} x)"}, {"0", "0"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::everywhere;
  static constexpr bool cuts = true;
  template <class V> static V value(const V& x) {
    return where(x > 0, V(1.), where(x < 0, V(-1.), x));  // a NaN stays one
  }
  template <class V> static V derivative(const V&) { return V(0.); }
};
template <class V> V Abs::derivative(const V& x) { return apply(Sign(), x); }
struct Step {
  static constexpr std::string_view name = "step";
  static constexpr Formula formula = of_x({"step(x)", "[x > 0]"}, {"0", "0"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::everywhere;
  static constexpr bool cuts = true;
  template <class V> static V value(const V& x) { return where(x > 0, V(1.), V(0.)); }
  template <class V> static V derivative(const V&) { return V(0.); }
};
struct Sqrt {
  static constexpr std::string_view name = "sqrt";
  static constexpr Formula formula = of_x({"sqrt(x)", R"(\sqrt{x})"}, {"1 / (2 * y)", R"(\frac{1}{2 y})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::sqrt; return sqrt(x); }
  template <class V> static V derivative(const V& y) { return 0.5 / y; }
};
struct Rsqrt {
  static constexpr std::string_view name = "rsqrt";
  static constexpr Formula formula = of_x({"1 / sqrt(x)", R"(\frac{1}{\sqrt{x}})"}, {"-y^3 / 2", R"(-\frac{y^3}{2})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::sqrt; return 1 / sqrt(x); }
  template <class V> static V derivative(const V& y) { return -0.5 * y * y * y; }
};
struct Cbrt {
  static constexpr std::string_view name = "cbrt";
  static constexpr Formula formula = of_x({"cbrt(x)", R"(\sqrt[3]{x})"}, {"1 / (3 * y^2)", R"(\frac{1}{3 y^2})"});
  static constexpr Domain domain{-3, 3, 0.5};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::cbrt(v); }, x); }
  template <class V> static V derivative(const V& y) {
    const V inverse = 1 / y;
    return 1. / 3 * (inverse * inverse);
  }
};

/// 1 - x^2, exact near 1 and -1. There no factor is 0, which derivatives that are infinite would be multiplied by.
template <class V>
V one_minus_square(const V& x) {
  using std::abs;
  const V inside = where(abs(x) < 1, x, V(0.));
  return where(abs(x) < 1, V((1 - inside) * (1 + inside)), V(1 - x * x));
}

/// A function that is constant between its jumps.
struct Rounding {
  static constexpr Domain domain{0.55, 0.95};
  static constexpr Keeps keeps = Keeps::nothing;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::everywhere;
  static constexpr bool cuts = true;
  template <class V> static V derivative(const V&) { return V(0.); }
};
struct Floor : Rounding {
  static constexpr std::string_view name = "floor";
  static constexpr Formula formula = of_x({"floor(x)", R"(\lfloor x \rfloor)"}, {"0", "0"});
  template <class V> static V value(const V& x) { using std::floor; return floor(x); }
};
struct Ceil : Rounding {
  static constexpr std::string_view name = "ceil";
  static constexpr Formula formula = of_x({"ceil(x)", R"(\lceil x \rceil)"}, {"0", "0"});
  template <class V> static V value(const V& x) { using std::ceil; return ceil(x); }
};
struct Trunc : Rounding {
  static constexpr std::string_view name = "trunc";
  static constexpr Formula formula = of_x({"trunc(x)", R"(\operatorname{trunc} x)"}, {"0", "0"});
  template <class V> static V value(const V& x) { using std::trunc; return trunc(x); }
};
struct Round : Rounding {
  static constexpr std::string_view name = "round";
  static constexpr Formula formula = of_x({"round(x)", R"(\operatorname{round} x)"}, {"0", "0"});
  template <class V> static V value(const V& x) { return each([](auto v) { return std::round(v); }, x); }
};
struct Rint : Rounding {
  static constexpr std::string_view name = "rint";
  static constexpr Formula formula = of_x({"rint(x)", R"(\operatorname{rint} x)"}, {"0", "0"});
  template <class V> static V value(const V& x) { return each([](auto v) { return std::rint(v); }, x); }
};
struct NearbyInt : Rounding {
  static constexpr std::string_view name = "nearbyint";
  static constexpr Formula formula = of_x({"nearbyint(x)", R"(\operatorname{nearbyint} x)"}, {"0", "0"});
  template <class V> static V value(const V& x) { return each([](auto v) { return std::nearbyint(v); }, x); }
};
struct Logb : Rounding {
  static constexpr std::string_view name = "logb";
  static constexpr Formula formula = of_x({"floor(log2(abs(x)))", R"(\lfloor \log_2 |x| \rfloor)"}, {"0", "0"});
  template <class V> static V value(const V& x) { return each([](auto v) { return std::logb(v); }, x); }
};

using Powers = Types<Negative, Square, Abs, Sign, Step, Sqrt, Rsqrt, Cbrt, Floor, Ceil, Trunc, Round, Rint, NearbyInt,
                     Logb>;

}  // namespace elementwise

/// -x
template <Element X>
[[gnu::always_inline]] inline auto negative(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Negative(), x, site);
}
/// x^2
template <Element X>
[[gnu::always_inline]] inline auto square(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Square(), x, site);
}
/// |x|; derivative 0 at 0.
template <Differentiable X>
[[gnu::always_inline]] inline auto abs(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Abs(), x, site);
}
/// abs(x) under its name in <cmath>.
template <Differentiable X>
[[gnu::always_inline]] inline auto fabs(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Abs(), x, site);
}
/// -1, 0 or 1, NaN of NaN; derivative 0 everywhere.
template <Element X>
[[gnu::always_inline]] inline auto sign(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Sign(), x, site);
}
/// 1 where x > 0, else 0, of NaN too; derivative 0 everywhere.
template <Element X>
[[gnu::always_inline]] inline auto step(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Step(), x, site);
}
/// The square root; NaN below 0.
template <Differentiable X>
[[gnu::always_inline]] inline auto sqrt(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Sqrt(), x, site);
}
/// 1 / sqrt(x); infinite at 0.
template <Element X>
[[gnu::always_inline]] inline auto rsqrt(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Rsqrt(), x, site);
}
/// The cube root, of negative x too; derivative infinite at 0.
template <Differentiable X>
[[gnu::always_inline]] inline auto cbrt(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Cbrt(), x, site);
}
/// The largest integer that is not above x. Derivative 0 everywhere, as of all roundings.
template <Differentiable X>
[[gnu::always_inline]] inline auto floor(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Floor(), x, site);
}
/// The smallest integer that is not below x.
template <Differentiable X>
[[gnu::always_inline]] inline auto ceil(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Ceil(), x, site);
}
/// The integer next to x on the side of 0.
template <Differentiable X>
[[gnu::always_inline]] inline auto trunc(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Trunc(), x, site);
}
/// The nearest integer; halves away from 0.
template <Differentiable X>
[[gnu::always_inline]] inline auto round(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Round(), x, site);
}
/// The nearest integer; halves to the even one, as the rounding mode says.
template <Differentiable X>
[[gnu::always_inline]] inline auto rint(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Rint(), x, site);
}
/// As rint.
template <Differentiable X>
[[gnu::always_inline]] inline auto nearbyint(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::NearbyInt(), x, site);
}
/// The exponent of x in base 2.
template <Differentiable X>
[[gnu::always_inline]] inline auto logb(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Logb(), x, site);
}
template <AnyScalar X>
[[gnu::always_inline]] inline auto operator-(const X& x) {
  return negative(x);
}

}  // namespace tapegrad
