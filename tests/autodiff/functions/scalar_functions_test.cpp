// Every function of one scalar: its value by <cmath> or a formula, its derivatives by extrapolated differences.
#include <doctest/doctest.h>

#include <tapegrad/transforms/transforms.h>

#include <cmath>
#include <vector>

#include "functions/slopes.h"

using namespace tapegrad;
using namespace slopes;
using doctest::Approx;

namespace {

struct Unary {
  const char* name;
  double (*plain)(double);
  Scalar<double> (*in_double)(const Scalar<double>&);
  Scalar<float> (*in_float)(const Scalar<float>&);
  D (*dual)(const D&);
  DD (*twice_dual)(const DD&);
  Scalar<D> (*dual_scalar)(const Scalar<D>&);
  std::vector<double> points;
};

// The same generic function of a number and of scalars.
template <class F>
Unary unary(const char* name, F, std::vector<double> points) {
  return {name, [](double x) { return double(F()(x)); },
          [](const Scalar<double>& x) -> Scalar<double> { return F()(x); },
          [](const Scalar<float>& x) -> Scalar<float> { return F()(x); },
          [](const D& x) -> D { return F()(x); }, [](const DD& x) -> DD { return F()(x); },
          [](const Scalar<D>& x) -> Scalar<D> { return F()(x); }, std::move(points)};
}

std::vector<Unary> unary_functions() {
  using namespace std;
  const vector<double> any{-1.7, -0.3, 0.4, 2.1}, positive{0.3, 1.2, 2.9}, unit{-0.7, -0.1, 0.3, 0.8};
  return {
      unary(
          "exp", [](const auto& x) { return exp(x); }, any),
      unary(
          "exp2", [](const auto& x) { return exp2(x); }, any),
      unary(
          "expm1", [](const auto& x) { return expm1(x); }, any),
      unary(
          "log", [](const auto& x) { return log(x); }, positive),
      unary(
          "log2", [](const auto& x) { return log2(x); }, positive),
      unary(
          "log10", [](const auto& x) { return log10(x); }, positive),
      unary(
          "log1p", [](const auto& x) { return log1p(x); }, unit),
      unary(
          "sqrt", [](const auto& x) { return sqrt(x); }, positive),
      unary(
          "cbrt", [](const auto& x) { return cbrt(x); }, any),
      unary(
          "square",
          [](const auto& x) {
            if constexpr (Differentiable<decay_t<decltype(x)>>) return square(x);
            else return x * x;
          },
          any),
      unary(
          "sin", [](const auto& x) { return sin(x); }, any),
      unary(
          "cos", [](const auto& x) { return cos(x); }, any),
      unary(
          "tan", [](const auto& x) { return tan(x); }, unit),
      unary(
          "asin", [](const auto& x) { return asin(x); }, unit),
      unary(
          "acos", [](const auto& x) { return acos(x); }, unit),
      unary(
          "atan", [](const auto& x) { return atan(x); }, any),
      unary(
          "sinh", [](const auto& x) { return sinh(x); }, any),
      unary(
          "cosh", [](const auto& x) { return cosh(x); }, any),
      unary(
          "tanh", [](const auto& x) { return tanh(x); }, any),
      unary(
          "asinh", [](const auto& x) { return asinh(x); }, any),
      unary("acosh", [](const auto& x) { return acosh(x); }, {1.3, 2.5}),
      unary(
          "atanh", [](const auto& x) { return atanh(x); }, unit),
      unary(
          "erf", [](const auto& x) { return erf(x); }, any),
      unary(
          "erfc", [](const auto& x) { return erfc(x); }, any),
      unary("lgamma", [](const auto& x) { return lgamma(x); }, {-3.4, -0.6, 0.3, 1.2, 2.9, 15.5}),
      unary("tgamma", [](const auto& x) { return tgamma(x); }, {-1.4, -0.6, 0.3, 1.2, 2.9, 5.5}),
      unary(
          "abs", [](const auto& x) { return abs(x); }, any),
      unary(
          "fabs", [](const auto& x) { return fabs(x); }, any),
      unary(
          "floor", [](const auto& x) { return floor(x); }, any),
      unary(
          "ceil", [](const auto& x) { return ceil(x); }, any),
      unary(
          "round", [](const auto& x) { return round(x); }, any),
      unary(
          "rint", [](const auto& x) { return rint(x); }, any),
      unary(
          "nearbyint", [](const auto& x) { return nearbyint(x); }, any),
      unary(
          "logb", [](const auto& x) { return logb(x); }, any),
      unary(
          "ldexp", [](const auto& x) { return ldexp(x, 3); }, any),
      unary(
          "scalbn", [](const auto& x) { return scalbn(x, -2); }, any),
      unary(
          "fma", [](const auto& x) { return fma(x, 2.5, x); }, any),
      unary(
          "hypot of three", [](const auto& x) { return hypot(x, 2.0, x); }, any),
      unary(
          "trunc", [](const auto& x) { return trunc(x); }, any),
      unary(
          "sigmoid", [](const auto& x) { return sigmoid(x); }, any),
      unary(
          "softplus",
          [](const auto& x) {
            if constexpr (Differentiable<decay_t<decltype(x)>>) return softplus(x);
            else return log1p(exp(x));
          },
          any),
      unary(
          "relu",
          [](const auto& x) {
            if constexpr (Differentiable<decay_t<decltype(x)>>) return relu(x);
            else return x > 0 ? x : 0 * x;
          },
          any),
      unary(
          "x / 3 - x * 2 + 1", [](const auto& x) { return x / 3 - x * 2 + 1; }, any),
      unary(
          "2 / x", [](const auto& x) { return 2 / x; }, any),
      unary(
          "3 - x", [](const auto& x) { return 3 - x; }, any),
      unary(
          "-x", [](const auto& x) { return -x; }, any),
      unary(
          "+x", [](const auto& x) { return +x; }, any),
  };
}

}  // namespace

TEST_CASE("functions of one scalar: values, and derivatives by differences") {
  for (const Unary& f : unary_functions()) {
    for (double x : f.points) {
      CAPTURE(f.name);
      CAPTURE(x);
      const double expected = difference(f.plain, x);
      CHECK(f.in_double(Scalar<double>(x)).value() == Approx(f.plain(x)).epsilon(1e-14));
      CHECK(slope(f.in_double, x) == Approx(expected).epsilon(1e-9));
      CHECK(double(f.in_float(Scalar<float>(float(x))).value()) == Approx(f.plain(x)).epsilon(1e-5));
      CHECK(double(slope(f.in_float, float(x))) == Approx(expected).epsilon(2e-5));
    }
  }
}

TEST_CASE("dual numbers: the slopes of scalars, and second derivatives by differences of slopes") {
  for (const Unary& f : unary_functions()) {
    for (double x : f.points) {
      CAPTURE(f.name);
      CAPTURE(x);
      const double first = slope(f.in_double, x);
      const double second = difference([&](double at) { return slope(f.in_double, at); }, x);
      const D y = f.dual(D::input(x));
      CHECK(y.value == Approx(f.plain(x)).epsilon(1e-14));
      CHECK(y.along() == Approx(first).epsilon(1e-14));
      const DD z = f.twice_dual(DD::input(D::input(x)));
      CHECK(z.value.along() == Approx(first).epsilon(1e-14));
      CHECK(z.along().value == Approx(first).epsilon(1e-14));
      CHECK(z.along().along() == Approx(second).epsilon(1e-8));
      Tape tape;
      const Scalar<D> s = variable(D::input(x));
      const D g = tape.backward(f.dual_scalar(s))[s];
      CHECK(g.value == Approx(first).epsilon(1e-14));
      CHECK(g.along() == Approx(second).epsilon(1e-8));
    }
  }
}
