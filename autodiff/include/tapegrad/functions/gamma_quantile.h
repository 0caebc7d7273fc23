// The quantile of the gamma distribution and its derivatives of any order, which gamma(key, concentration) is made of.
// Numbers, registers, dual numbers, scalars and tensors have both, as the pairs of pairs.h; only the first is for users.
#pragma once
#include <cmath>

#include "tapegrad/functions/catalogue/pairs.h"
#include "tapegrad/functions/catalogue/special.h"

namespace tapegrad {
namespace elementwise {

/// The x below which a gamma distribution of concentration a > 0 and rate 1 has the share p. Not below the smallest
/// normal double but for p = 0; infinite for p = 1, NaN where a <= 0 or p is no share.
double gamma_quantile_of(double a, double p);
/// The derivative of order n >= 1 for a of the share below x, over the density at x.
double gamma_share_derivative(int n, double a, double x);

/// With P(a, x) for the share below x and p(a, x) for the density: the derivative of order n of P for a, over p.
struct GammaShareDerivative {
  static constexpr std::string_view name = "gamma_share_derivative";
  static constexpr Formula formula = with_adjoints(
      {"the derivative of order n for a of the share of a gamma distribution below b, over the density at b",
       R"(\frac{\partial_a^n P(a, b)}{p(a, b)})"},
      {"a", {"g * (the one of order n + 1 - y * (log(b) - digamma(a)))",
             R"(g \left(\frac{\partial_a^{n + 1} P}{p} - y (\ln b - \psi(a))\right))"}},
      {"b", {"g * (the derivative of order n of p for a, over p, - y * ((a - 1) / b - 1))",
             R"(g \left(\frac{\partial_a^n p}{p} - y \left(\frac{a - 1}{b} - 1\right)\right))"}});
  static constexpr Domain domain{0.3, 3};
  int n = 1;
  template <class V> V value(const V& a, const V& x) const {
    return each([order = n](double p, double q) { return gamma_share_derivative(order, p, q); }, a, x);
  }
  template <class V> V left(const V& a, const V& x, const V& y) const {
    using std::log;
    return apply(GammaShareDerivative{n + 1}, a, x) - y * (log(x) - apply(Digamma(), a));
  }
  template <class V> V right(const V& a, const V& x, const V& y) const {
    return density_ratio(n, a, x) - y * ((a - 1.) / x - 1.);
  }
  // The derivative of order k of p for a, over p: the complete Bell polynomial of those of log p.
  template <class V> static V density_ratio(int k, const V& a, const V& x) {
    using std::log;
    if (k == 0) return V(1.);
    double choose = 1;  // of k - 1 things, i
    V total = density_ratio(k - 1, a, x) * (log(x) - apply(Digamma(), a));
    for (int i = 1; i < k; ++i) {
      choose *= double(k - i) / i;
      total = total - choose * density_ratio(k - 1 - i, a, x) * apply(Polygamma{i}, a);
    }
    return total;
  }
};
/// Its derivative for a follows from P(a, y) = b, which stays as it is (implicit differentiation).
struct GammaQuantile {
  static constexpr std::string_view name = "gamma_quantile";
  static constexpr Formula formula = with_adjoints(
      {"the y below which a gamma distribution of concentration a has the share b", "P^{-1}(a, b)"},
      {"a", {"-g * the derivative of that share for a, over the density",
             R"(-g \, \frac{\partial_a P(a, y)}{p(a, y)})"}},
      {"b", {"g / density at y", R"(\frac{g}{p(a, y)})"}});
  static constexpr Domain domain{0.3, 0.9};
  template <class V> static V value(const V& a, const V& p) {
    return each([](double q, double r) { return gamma_quantile_of(q, r); }, a, p);
  }
  template <class V> static V left(const V& a, const V&, const V& y) {
    return -1. * apply(GammaShareDerivative{1}, a, y);
  }
  template <class V> static V right(const V& a, const V&, const V& y) {
    using std::exp;
    using std::log;
    return exp(y - (a - 1.) * log(y) + apply(LogGamma(), a));
  }
};

/// Both have rows of their own among the tests of ops.
using GammaPairs = Types<GammaQuantile, GammaShareDerivative>;

}  // namespace elementwise

/// The y below which a gamma distribution of concentration a and rate 1 has the share p, for p from 0 to 1: gammaincinv
/// of SciPy. NaN where a <= 0. Of a p that is drawn at random it is a random number whose gradient for a is right.
template <class A, class P>
  requires DifferentiablePair<A, P>
[[gnu::always_inline]] inline auto gamma_quantile(const A& a, const P& p, CallSite site = CallSite::current()) {
  return apply(elementwise::GammaQuantile(), a, p, site);
}

}  // namespace tapegrad
