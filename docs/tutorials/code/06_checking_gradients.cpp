// Lesson 6: is a gradient right? Differences of values tell, if the step is chosen well.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

double f(double x) { return std::exp(std::sin(x)); }
double slope(double x) { return std::exp(std::sin(x)) * std::cos(x); }

int main() {
  // Too large a step bends away from the tangent, too small a one drowns in rounding.
  const double x = 1.5;
  double best = 1;
  std::printf("step h   forward error   central error\n");
  for (const double h : {1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11}) {
    const double forward = std::abs((f(x + h) - f(x)) / h - slope(x));
    const double central = std::abs((f(x + h) - f(x - h)) / (2 * h) - slope(x));
    std::printf("%.0e    %.0e           %.0e\n", h, forward, central);
    best = std::min(best, central);
  }

  // gradcheck chooses the step, compares every element of every input, and names the worst.
  const Tensor<double> a = xt::xarray<double>{{0.5, -1.}, {0.3, 0.8}}, b = xt::xarray<double>{{1., 2.}, {3., 4.}};
  auto right = [](const Tensor<double>& u, const Tensor<double>& v) { return tanh(matmul(u, v)); };
  const bool passed = gradcheck(right, {a, b}).passed();

  auto wrong = [](const Tensor<double>& u) { return u * constant(u); };  // one of two uses is cut off the tape
  const GradcheckReport report = gradcheck(wrong, {a});
  std::printf("tanh(a b) passes: %s\n", passed ? "yes" : "no");
  std::printf("u * constant(u) passes: %s\n", report.passed() ? "yes" : "no");
  std::printf("analytic / numeric = %.3f\n", report.worst().analytic / report.worst().numeric);
  return passed && !report.passed() && best < 1e-9 ? 0 : 1;
}
