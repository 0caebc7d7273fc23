// Exponentials, logarithms and hyperbolic functions. Each is one struct and one line that makes its function; the list
// at the end says what is there.
#pragma once
#include <cmath>
#include <numbers>

#include "tapegrad/functions/catalogue/pairs.h"

namespace tapegrad {
namespace elementwise {

struct Exp {
  static constexpr std::string_view name = "exp";
  static constexpr Formula formula = of_x({"exp(x)", "e^{x}"}, {"y", "y"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::exp; return exp(x); }
  template <class V> static V derivative(const V& y) { return y; }
};
struct Exp2 {
  static constexpr std::string_view name = "exp2";
  static constexpr Formula formula = of_x({"2^x", "2^{x}"}, {"y * log(2)", R"(y \ln 2)"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::exp2; return exp2(x); }
  template <class V> static V derivative(const V& y) { return y * std::numbers::ln2; }
};
struct Expm1 {
  static constexpr std::string_view name = "expm1";
  static constexpr Formula formula = of_x({"exp(x) - 1", "e^{x} - 1"}, {"exp(x)", "e^{x}"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::expm1; return expm1(x); }
  template <class V> static V derivative(const V& x) { using std::exp; return exp(x); }  // y + 1 would cancel
};
struct Log {
  static constexpr std::string_view name = "log";
  static constexpr Formula formula = of_x({"log(x)", R"(\ln x)"}, {"1 / x", R"(\frac{1}{x})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log; return log(x); }
  template <class V> static V derivative(const V& x) { return 1 / x; }
};
struct Log2 {
  static constexpr std::string_view name = "log2";
  static constexpr Formula formula = of_x({"log2(x)", R"(\log_2 x)"}, {"1 / (x * log(2))", R"(\frac{1}{x \ln 2})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::log2(v); }, x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * std::numbers::ln2); }
};
struct Log10 {
  static constexpr std::string_view name = "log10";
  static constexpr Formula formula =
      of_x({"log10(x)", R"(\log_{10} x)"}, {"1 / (x * log(10))", R"(\frac{1}{x \ln 10})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::log10(v); }, x); }
  template <class V> static V derivative(const V& x) { return 1 / (x * std::numbers::ln10); }
};
struct Log1p {
  static constexpr std::string_view name = "log1p";
  static constexpr Formula formula = of_x({"log(1 + x)", R"(\ln(1 + x))"}, {"1 / (1 + x)", R"(\frac{1}{1 + x})"});
  static constexpr Domain domain{-0.5, 2};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log1p; return log1p(x); }
  template <class V> static V derivative(const V& x) { return 1 / (1 + x); }
};
struct Sinh {
  static constexpr std::string_view name = "sinh";
  static constexpr Formula formula = of_x({"sinh(x)", R"(\sinh x)"}, {"cosh(x)", R"(\cosh x)"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::sinh(v); }, x); }
  template <class V> static V derivative(const V& x);
};
struct Cosh {
  static constexpr std::string_view name = "cosh";
  static constexpr Formula formula = of_x({"cosh(x)", R"(\cosh x)"}, {"sinh(x)", R"(\sinh x)"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::cosh(v); }, x); }
  template <class V> static V derivative(const V& x) { return apply(Sinh(), x); }
};
template <class V> V Sinh::derivative(const V& x) { return apply(Cosh(), x); }
struct Tanh {
  static constexpr std::string_view name = "tanh", layer = "Tanh";
  static constexpr Formula formula = of_x({"tanh(x)", R"(\tanh x)"}, {"1 - y^2", "1 - y^2"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { using std::tanh; return tanh(x); }
  template <class V> static V derivative(const V& y) { return 1 - y * y; }
};
struct Asinh {
  static constexpr std::string_view name = "asinh";
  static constexpr Formula formula =
      of_x({"asinh(x)", R"(\operatorname{arsinh} x)"}, {"1 / sqrt(1 + x^2)", R"(\frac{1}{\sqrt{1 + x^2}})"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::asinh(v); }, x); }
  template <class V> static V derivative(const V& x) { return 1 / apply(Hypot(), V(1.), x); }  // no overflow
};
struct Acosh {
  static constexpr std::string_view name = "acosh";
  static constexpr Formula formula =
      of_x({"acosh(x)", R"(\operatorname{arcosh} x)"}, {"1 / sqrt(x^2 - 1)", R"(\frac{1}{\sqrt{x^2 - 1}})"});
  static constexpr Domain domain{1.5, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::acosh(v); }, x); }
  template <class V> static V derivative(const V& x) {
    return apply(Rsqrt(), V(x - 1)) * apply(Rsqrt(), V(x + 1));  // of one product the third derivative at 1 is a NaN
  }
};
struct Atanh {
  static constexpr std::string_view name = "atanh";
  static constexpr Formula formula =
      of_x({"atanh(x)", R"(\operatorname{artanh} x)"}, {"1 / (1 - x^2)", R"(\frac{1}{1 - x^2})"});
  static constexpr Domain domain{-0.7, 0.7};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::atanh(v); }, x); }
  template <class V> static V derivative(const V& x) { return 1 / one_minus_square(x); }
};

using Exponentials = Types<Exp, Exp2, Expm1, Log, Log2, Log10, Log1p, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh>;

}  // namespace elementwise

/// e^x
template <Differentiable X>
[[gnu::always_inline]] inline auto exp(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Exp(), x, site);
}
/// 2^x
template <Differentiable X>
[[gnu::always_inline]] inline auto exp2(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Exp2(), x, site);
}
/// e^x - 1, exact near 0 too.
template <Differentiable X>
[[gnu::always_inline]] inline auto expm1(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Expm1(), x, site);
}
/// The natural logarithm; minus infinity at 0, NaN below.
template <Differentiable X>
[[gnu::always_inline]] inline auto log(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Log(), x, site);
}
/// The logarithm in base 2.
template <Differentiable X>
[[gnu::always_inline]] inline auto log2(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Log2(), x, site);
}
/// The logarithm in base 10.
template <Differentiable X>
[[gnu::always_inline]] inline auto log10(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Log10(), x, site);
}
/// log(1 + x), exact near 0 too; minus infinity at -1.
template <Differentiable X>
[[gnu::always_inline]] inline auto log1p(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Log1p(), x, site);
}
/// The hyperbolic sine.
template <Differentiable X>
[[gnu::always_inline]] inline auto sinh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Sinh(), x, site);
}
/// The hyperbolic cosine.
template <Differentiable X>
[[gnu::always_inline]] inline auto cosh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Cosh(), x, site);
}
/// The hyperbolic tangent.
template <Differentiable X>
[[gnu::always_inline]] inline auto tanh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Tanh(), x, site);
}
/// The inverse of sinh.
template <Differentiable X>
[[gnu::always_inline]] inline auto asinh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Asinh(), x, site);
}
/// The inverse of cosh, for x >= 1; derivative infinite at 1.
template <Differentiable X>
[[gnu::always_inline]] inline auto acosh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Acosh(), x, site);
}
/// The inverse of tanh; infinite at -1 and 1, NaN beyond.
template <Differentiable X>
[[gnu::always_inline]] inline auto atanh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Atanh(), x, site);
}

}  // namespace tapegrad
