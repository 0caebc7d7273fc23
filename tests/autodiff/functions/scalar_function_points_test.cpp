// Functions of scalars where differences say little: kinks, zeros, limits, roundings, and what is asked of a number.
#include <doctest/doctest.h>

#include <tapegrad/transforms/transforms.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>
#include <vector>

#include "functions/slopes.h"

using namespace tapegrad;
using namespace slopes;
using doctest::Approx;

namespace {

// What f makes of x on a tape, as a dual number that moves with x.
template <class F>
D forward_along(F f, double x) {
  Tape tape;
  return f(variable(D::input(x))).value();
}

}  // namespace

TEST_CASE("second derivatives at kinks, zeros and limits") {
  const auto second = [](auto f, auto x) { return hessian(f)(x); };
  CHECK(second([](const auto& x) { const auto s = softplus(x); return s * s; }, 0.).item() ==
        Approx(0.5 + std::numbers::ln2 / 2).epsilon(1e-14));
  const auto softplus_at = forward_along([](const Scalar<D>& x) { return Scalar<D>(softplus(x)); }, 0.);
  CHECK(softplus_at.along() == 0.5);
  const Tensor<double> power = second([](const auto& v) { return pow(v[0], v[1]); }, std::vector{2., 0.});
  const double log2 = std::numbers::ln2;
  CHECK(power.value()(0, 0) == 0);
  CHECK(power.value()(0, 1) == 0.5);
  CHECK(power.value()(1, 0) == 0.5);
  CHECK(power.value()(1, 1) == Approx(log2 * log2));
  CHECK(second([](const auto& x) { return floor(x / 49.) * x * x; }, 49.).item() == 2);
  const D a = D::input(49.), tiny = D::input(1e-310);
  CHECK((a / a).value == 1);
  CHECK((tiny / tiny).value == 1);
  CHECK(slope([](const auto& x) { return expm1(x); }, -35.) == Approx(std::exp(-35.)).epsilon(1e-14));
  CHECK(slope([](const auto& x) { return atan2(x, 0 * x); }, 0.) == 0);
  int exponent;
  CHECK(frexp(Scalar<double>(5e-324), &exponent).value() == 0.5);
  CHECK(exponent == -1073);
  CHECK(frexp(Scalar<float>(1e-40f), &exponent).value() == std::frexp(1e-40f, &exponent));
  CHECK(ldexp(Scalar<double>(1e-300), 1100).value() == std::ldexp(1e-300, 1100));
  CHECK(ldexp(Scalar<double>(1.5), 5000).value() == std::numeric_limits<double>::infinity());
  CHECK(ldexp(Scalar<double>(0), 5000).value() == 0);
  CHECK(scalbln(Scalar<double>(3), -2000000000L).value() == 0);
  const DD mixed = DD::input(D::input(2.)) * D(3.) + D::input(1.);
  CHECK(mixed.value.value == 7);
  CHECK(mixed.value.along() == 4);
  CHECK(mixed.along().value == 3);
}

TEST_CASE("parts of numbers, and roundings to integers") {
  double whole;
  int exponent;
  CHECK(slope([&](const auto& x) { return modf(x * 2, &whole); }, 1.3) == 2);
  CHECK(whole == 2);
  CHECK(slope([&](const auto& x) { return frexp(x, &exponent); }, 12.) == 0.0625);
  CHECK(exponent == 4);
  const Scalar<double> x = 2.6;
  CHECK(lround(x) == 3);
  CHECK(llrint(x) == 3);
  Scalar<double> before;
  CHECK(modf(x, &before).value() == Approx(0.6));
  CHECK(before == 2);
  CHECK(remquo(x, 1.0, &exponent).value() == Approx(-0.4));
  CHECK(exponent == 3);
  CHECK(nextafter(x, 3).value() == std::nextafter(2.6, 3.));
  CHECK(slope([](const auto& v) { return nextafter(v, 3.0); }, 2.6) == 1);
  CHECK(slope([](const auto& v) { return lerp(v, 5.0, 0.25); }, 2.6) == 0.75);
  CHECK(isgreater(x, 2));
  CHECK(isgreaterequal(x, 2.6));
  CHECK_FALSE(isless(x, std::numeric_limits<double>::quiet_NaN()));
  CHECK(islessequal(1, x));
  CHECK(islessgreater(x, x + 1));
  CHECK(isunordered(x, std::numeric_limits<double>::quiet_NaN()));
  CHECK(llround(x * 2) == 5);
  CHECK(lrint(D(2.6)) == 3);
  CHECK(ilogb(x) == 1);
  CHECK(isnormal(x));
  CHECK(fpclassify(x * 0) == FP_ZERO);
}

TEST_CASE("closed forms at points where differences say little") {
  CHECK(slope([](const auto& x) { return exp(x); }, 700.) == std::exp(700.));
  CHECK(slope([](const auto& x) { return tanh(x); }, 0.) == 1);
  CHECK(slope([](const auto& x) { return expm1(x); }, 1e-9) == Approx(1 + 1e-9).epsilon(1e-15));
  CHECK(slope([](const auto& x) { return lgamma(x); }, 1.) == Approx(-std::numbers::egamma).epsilon(1e-14));
  CHECK(slope([](const auto& x) { return lgamma(x); }, 0.5) ==
        Approx(-std::numbers::egamma - 2 * std::numbers::ln2).epsilon(1e-14));
  CHECK(std::isnan(digamma(-2.)));
  CHECK(slope([](const auto& x) { return abs(x); }, 0.) == 0);
  CHECK(slope([](const auto& x) { return relu(x); }, 0.) == 0);
  CHECK(slope([](const auto& x) { return hypot(x, 0); }, 0.) == 0);
  CHECK(slope([](const auto& x) { return fmax(x, 2.0); }, 2.) == 0.5);
  CHECK(slope([](const auto& x) { return pow(x, 2); }, 0.) == 0);
  CHECK(slope([](const auto& x) { return pow(x, 1); }, 0.) == 1);
  CHECK(slope([](const auto& x) { return pow(x, 0); }, 0.) == 0);
  CHECK(slope([](const auto& x) { return pow(x, 3); }, -2.) == Approx(12));
  CHECK(slope([](const auto& x) { return pow(-2., x); }, 2.) == 0);
  CHECK(slope([](const auto& x) { return copysign(x, -1); }, 2.) == -1);
  CHECK(slope([](const auto& x) { return fmin(x, std::numeric_limits<double>::quiet_NaN()); }, 2.) == 1);
}

TEST_CASE("questions, limits and printing") {
  using S = Scalar<double>;
  using Limits = std::numeric_limits<S>;
  static_assert(Limits::is_specialized && Limits::digits == 53 && !Limits::is_integer);
  static_assert(std::is_same_v<decltype(Limits::max()), S>);
  CHECK(Limits::max() == std::numeric_limits<double>::max());
  CHECK(Limits::lowest() < 0);
  CHECK(isinf(Limits::infinity()));
  CHECK(isnan(Limits::quiet_NaN()));
  CHECK(isfinite(S(1) / 3));
  CHECK(signbit(-S(1)));
  std::ostringstream out;
  out << S(1.5) << ' ' << S(1.5) * 2;
  CHECK(out.str() == "1.5 3");
}
