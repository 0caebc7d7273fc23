// The functions of the lab: each written once, for numbers of any kind, beside its gradient by hand in long double,
// which is the truth. To add one, write the two lambdas and list them at the end.
#pragma once
#include <array>
#include <cmath>
#include <complex>

inline constexpr std::size_t inputs = 4;
template <class V>
using Point = std::array<V, inputs>;
using Exact = Point<long double>;

// e^sin(x) tanh(0.7 x) + log(1 + e^x), summed: smooth and harmless.
inline constexpr auto waves = []<class V>(const Point<V>& x) {
  using std::exp, std::log, std::sin, std::tanh;
  V total = exp(sin(x[0])) * tanh(0.7 * x[0]) + log(1.0 + exp(x[0]));
  for (std::size_t i = 1; i < inputs; ++i) total += exp(sin(x[i])) * tanh(0.7 * x[i]) + log(1.0 + exp(x[i]));
  return total;
};

inline constexpr auto waves_gradient = [](const Exact& x) {
  Exact g;
  for (std::size_t i = 0; i < inputs; ++i) {
    const long double t = std::tanh(0.7L * x[i]);
    g[i] = std::exp(std::sin(x[i])) * (std::cos(x[i]) * t + 0.7L * (1 - t * t)) + 1 / (1 + std::exp(-x[i]));
  }
  return g;
};

// Rosenbrock's valley: products of large and small terms.
inline constexpr auto rosenbrock = []<class V>(const Point<V>& x) {
  V total = 0.0 * x[0];
  for (std::size_t i = 0; i + 1 < inputs; ++i) {
    const auto bend = x[i + 1] - x[i] * x[i];
    const auto off = 1.0 - x[i];
    total += 100.0 * bend * bend + off * off;
  }
  return total;
};

inline constexpr auto rosenbrock_gradient = [](const Exact& x) {
  Exact g{};
  for (std::size_t i = 0; i + 1 < inputs; ++i) {
    const long double bend = x[i + 1] - x[i] * x[i];
    g[i] += -400 * x[i] * bend - 2 * (1 - x[i]);
    g[i + 1] += 200 * bend;
  }
  return g;
};

// log of a sum of exponentials: what a softmax classifier minimises.
inline constexpr auto logsumexp = []<class V>(const Point<V>& x) {
  using std::exp, std::log;
  V total = exp(x[0]);
  for (std::size_t i = 1; i < inputs; ++i) total += exp(x[i]);
  return log(total);
};

inline constexpr auto logsumexp_gradient = [](const Exact& x) {
  Exact g;
  long double total = 0;
  for (std::size_t i = 0; i < inputs; ++i) total += g[i] = std::exp(x[i]);
  for (long double& part : g) part /= total;
  return g;
};

// 1000 + sin(50 x): a large constant eats the digits of differences, a fast wave wants small steps.
inline constexpr auto needle = []<class V>(const Point<V>& x) {
  using std::sin;
  V total = 1000.0 + sin(50.0 * x[0]);
  for (std::size_t i = 1; i < inputs; ++i) total += sin(50.0 * x[i]);
  return total;
};

inline constexpr auto needle_gradient = [](const Exact& x) {
  Exact g;
  for (std::size_t i = 0; i < inputs; ++i) g[i] = 50 * std::cos(50 * x[i]);
  return g;
};

/// Calls visit(name, function, gradient) for each function.
template <class Visit>
void for_each_function(const Visit& visit) {
  visit("waves", waves, waves_gradient);
  visit("rosenbrock", rosenbrock, rosenbrock_gradient);
  visit("logsumexp", logsumexp, logsumexp_gradient);
  visit("needle", needle, needle_gradient);
}
