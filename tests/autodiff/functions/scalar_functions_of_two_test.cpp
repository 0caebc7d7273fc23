// Every function of two scalars, or of a scalar and a number: values by <cmath>, derivatives by differences.
#include <doctest/doctest.h>

#include <tapegrad/transforms/transforms.h>

#include <array>
#include <cmath>
#include <vector>

#include "functions/slopes.h"

using namespace tapegrad;
using namespace slopes;
using doctest::Approx;

namespace {

struct Binary {
  const char* name;
  double (*plain)(double, double);
  Scalar<double> (*both)(const Scalar<double>&, const Scalar<double>&);
  Scalar<double> (*first)(const Scalar<double>&, double);
  Scalar<double> (*second)(double, const Scalar<double>&);
  Scalar<double> (*formulas)(const Scalar<double>&, const Scalar<double>&);  // of expressions, not of Scalars
  DD (*twice_dual)(const DD&, const DD&);
  D (*first_dual)(const D&, double);
  D (*second_dual)(double, const D&);
  Scalar<D> (*dual_scalars)(const Scalar<D>&, const Scalar<D>&);
};
template <class F>
Binary binary(const char* name, F) {
  using S = Scalar<double>;
  return {name, [](double a, double b) { return double(F()(a, b)); },
          [](const S& a, const S& b) -> S { return F()(a, b); }, [](const S& a, double b) -> S { return F()(a, b); },
          [](double a, const S& b) -> S { return F()(a, b); },
          [](const S& a, const S& b) -> S { return F()(a * 1.0, 0.0 + b); },
          [](const DD& a, const DD& b) -> DD { return F()(a, b); }, [](const D& a, double b) -> D { return F()(a, b); },
          [](double a, const D& b) -> D { return F()(a, b); },
          [](const Scalar<D>& a, const Scalar<D>& b) -> Scalar<D> { return F()(a, b); }};
}
std::vector<Binary> binary_functions() {
  using namespace std;
  return {
      binary("a + b", [](const auto& a, const auto& b) { return a + b; }),
      binary("a - b", [](const auto& a, const auto& b) { return a - b; }),
      binary("a * b", [](const auto& a, const auto& b) { return a * b; }),
      binary("a / b", [](const auto& a, const auto& b) { return a / b; }),
      binary("pow", [](const auto& a, const auto& b) { return pow(a, b); }),
      binary("hypot", [](const auto& a, const auto& b) { return hypot(a, b); }),
      binary("atan2", [](const auto& a, const auto& b) { return atan2(a, b); }),
      binary("fmax", [](const auto& a, const auto& b) { return fmax(a, b); }),
      binary("fmin", [](const auto& a, const auto& b) { return fmin(a, b); }),
      binary("fdim", [](const auto& a, const auto& b) { return fdim(a, b); }),
      binary("fmod", [](const auto& a, const auto& b) { return fmod(a, b); }),
      binary("remainder", [](const auto& a, const auto& b) { return remainder(a, b); }),
      binary("copysign", [](const auto& a, const auto& b) { return copysign(a, b); }),
  };
}

}  // namespace

TEST_CASE("functions of two scalars, or of a scalar and a number") {
  const double points[][2] = {{1.3, 0.7}, {0.6, 2.2}, {2.9, 1.1}};
  for (const Binary& f : binary_functions()) {
    for (const auto& [a, b] : points) {
      CAPTURE(f.name);
      CAPTURE(a);
      const double value = f.plain(a, b);
      const double da = difference([&, b = b](double x) { return f.plain(x, b); }, a);
      const double db = difference([&, a = a](double x) { return f.plain(a, x); }, b);
      Tape tape;
      const Scalar<double> x = variable(a), y = variable(b);
      for (const Scalar<double>& both : {f.both(x, y), f.formulas(x, y)}) {
        CHECK(both.value() == Approx(value).epsilon(1e-14));
        const Gradients g = tape.backward(both, {.keep = true});
        CHECK(g[x] == Approx(da).epsilon(1e-9));
        CHECK(g[y] == Approx(db).epsilon(1e-9));
      }
      const Scalar<double> first = f.first(x, b), second = f.second(a, y);
      CHECK(first.value() == Approx(value).epsilon(1e-14));
      CHECK(second.value() == Approx(value).epsilon(1e-14));
      CHECK(tape.backward(first, {.keep = true})[x] == Approx(da).epsilon(1e-9));
      CHECK(tape.backward(second)[y] == Approx(db).epsilon(1e-9));
    }
  }
}

TEST_CASE("dual numbers: functions of two, second derivatives by differences of slopes") {
  for (const Binary& f : binary_functions()) {
    const double a = 1.3, b = 0.7;
    CAPTURE(f.name);
    auto gradient = [&](double x, double y) {
      Tape tape;
      const Scalar<double> s = variable(x), t = variable(y);
      const Gradients g = tape.backward(f.both(s, t));
      return std::array{g[s], g[t]};
    };
    const auto slopes = gradient(a, b);
    const double aa = difference([&](double x) { return gradient(x, b)[0]; }, a);
    const double ab = difference([&](double y) { return gradient(a, y)[0]; }, b);
    const double bb = difference([&](double y) { return gradient(a, y)[1]; }, b);
    CHECK(f.first_dual(D::input(a), b).along() == Approx(slopes[0]).epsilon(1e-14));
    CHECK(f.second_dual(a, D::input(b)).along() == Approx(slopes[1]).epsilon(1e-14));
    CHECK(f.twice_dual(DD::input(D::input(a)), DD::input(D(b), 1)).along().along() == Approx(aa).epsilon(1e-8));
    CHECK(f.twice_dual(DD::input(D(a)), DD(D::input(b), {})).along().along() == Approx(ab).epsilon(1e-8));
    Tape tape;
    const Scalar<D> s = variable(D(a)), t = variable(D::input(b));
    const Gradients g = tape.backward(f.dual_scalars(s, t));
    CHECK(g[s].along() == Approx(ab).epsilon(1e-8));
    CHECK(g[t].along() == Approx(bb).epsilon(1e-8));
  }
}
