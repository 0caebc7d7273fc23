// The error function, the gamma function and their kin. Each is one struct and one line that makes its function; the
// list at the end says what is there.
#pragma once
#include <cmath>
#include <numbers>

#include "tapegrad/functions/apply.h"

namespace tapegrad {
namespace elementwise {

/// log |gamma(x)|. Unlike std::lgamma it writes no variable that threads share.
double log_gamma(double x);
/// The derivative of order n + 1 of log gamma(x), n >= 0: digamma, trigamma, ... Infinite at 0, infinite or
/// NaN at -1, -2, ...
double polygamma_of(int n, double x);
[[noreturn]] void fail_order(int n, const CallSite& site);

struct Erf {
  static constexpr std::string_view name = "erf";
  static constexpr Formula formula =
      of_x({"erf(x)", R"(\operatorname{erf} x)"}, {"2 / sqrt(pi) * exp(-x^2)", R"(\frac{2}{\sqrt{\pi}} e^{-x^2})"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { using std::erf; return erf(x); }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    const V near = clip(x, -far, far);
    return 2 * std::numbers::inv_sqrtpi * exp(-(near * near));
  }
};
struct Erfc {
  static constexpr std::string_view name = "erfc";
  static constexpr Formula formula =
      of_x({"1 - erf(x)", R"(1 - \operatorname{erf} x)"},
           {"-2 / sqrt(pi) * exp(-x^2)", R"(-\frac{2}{\sqrt{\pi}} e^{-x^2})"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { using std::erfc; return erfc(x); }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    const V near = clip(x, -far, far);
    return -2 * std::numbers::inv_sqrtpi * exp(-(near * near));
  }
};
struct NormalCdf {
  static constexpr std::string_view name = "normal_cdf";
  static constexpr Formula formula =
      of_x({"(1 + erf(x / sqrt(2))) / 2", R"(\Phi(x))"}, {"exp(-x^2 / 2) / sqrt(2 * pi)", R"(\varphi(x))"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) {
    if constexpr (Real<V>) return static_cast<V>(0.5 * std::erfc(-double(x) / std::numbers::sqrt2));
    else return lower_part(x);
  }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    const V near = clip(x, -far, far);
    return std::numbers::inv_sqrtpi / std::numbers::sqrt2 * exp(-0.5 * (near * near));
  }
};
/// The derivative of order n + 1 of log gamma.
struct Polygamma {
  static constexpr std::string_view name = "polygamma";
  static constexpr Formula formula = of_x({"polygamma(n, x)", R"(\psi^{(n)}(x))"},
                                          {"polygamma(n + 1, x)", R"(\psi^{(n + 1)}(x))"});
  static constexpr Domain domain{0.5, 4};
  static constexpr Keeps keeps = Keeps::input;
  int n = 1;
  void check(const CallSite& site) const {
    if (n < 0) fail_order(n, site);
  }
  template <class V> V value(const V& x) const {
    return each([order = n](double v) { return polygamma_of(order, v); }, x);
  }
  template <class V> V derivative(const V& x) const { return apply(Polygamma{n + 1}, x); }
};
struct Digamma {
  static constexpr std::string_view name = "digamma";
  static constexpr Formula formula = of_x({"digamma(x)", R"(\psi(x))"}, {"polygamma(1, x)", R"(\psi'(x))"});
  static constexpr Domain domain{0.5, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](double v) { return polygamma_of(0, v); }, x); }
  template <class V> static V derivative(const V& x) { return apply(Polygamma{1}, x); }
};
struct LogGamma {
  static constexpr std::string_view name = "lgamma";
  static constexpr Formula formula = of_x({"log(abs(gamma(x)))", R"(\ln |\Gamma(x)|)"}, {"digamma(x)", R"(\psi(x))"});
  static constexpr Domain domain{0.5, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](double v) { return log_gamma(v); }, x); }
  template <class V> static V derivative(const V& x) { return apply(Digamma(), x); }
};
struct Gamma {
  static constexpr std::string_view name = "tgamma";
  static constexpr Formula formula =
      of_x({"gamma(x)", R"(\Gamma(x))"}, {"gamma(x) * digamma(x)", R"(\Gamma(x) \, \psi(x))"});
  static constexpr Domain domain{0.5, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return each([](auto v) { return std::tgamma(v); }, x); }
  template <class V> static V derivative(const V& x) {
    using std::exp;
    const V near = where(x > 172, V(1.), x), beyond = where(x > 172, x, V(0.));  // there all derivatives are infinite
    return where(x > 172, V(exp(5 * beyond)), V(apply(Gamma(), near) * apply(Digamma(), near)));
  }
};

using SpecialFunctions = Types<Erf, Erfc, NormalCdf, LogGamma, Digamma, Polygamma, Gamma>;

}  // namespace elementwise

/// The error function.
template <Differentiable X>
[[gnu::always_inline]] inline auto erf(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Erf(), x, site);
}
/// 1 - erf(x), exact where that is tiny.
template <Differentiable X>
[[gnu::always_inline]] inline auto erfc(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Erfc(), x, site);
}
/// The part of a standard normal distribution below x, exact where that is tiny.
template <Element X>
[[gnu::always_inline]] inline auto normal_cdf(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::NormalCdf(), x, site);
}
/// log |gamma(x)|; infinite at 0, -1, -2, ...
template <Differentiable X>
[[gnu::always_inline]] inline auto lgamma(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::LogGamma(), x, site);
}
/// gamma(x), as std::tgamma.
template <Differentiable X>
[[gnu::always_inline]] inline auto tgamma(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Gamma(), x, site);
}
/// The derivative of lgamma. Infinite at 0, as -1 / x is, and NaN at -1, -2, ...
template <Element X>
[[gnu::always_inline]] inline auto digamma(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Digamma(), x, site);
}
/// The n-th derivative of digamma; n = 0 is digamma itself. Throws DomainError when n is negative.
template <Element X>
[[gnu::always_inline]] inline auto polygamma(int n, const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Polygamma{n}, x, site);
}

}  // namespace tapegrad
