// Every function of scalars: its value by <cmath> or a formula, its derivative by differences extrapolated to step 0.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;

namespace {

// Central differences with steps h, h/2, h/4, ..., extrapolated (Ridders 1982): about 1e-11 in double.
template <class F>
double difference(F f, double x) {
  constexpr int rows = 6;
  double table[rows][rows];
  double h = 0.02;
  for (int i = 0; i < rows; ++i, h /= 2) {
    table[i][0] = (f(x + h) - f(x - h)) / (2 * h);
    double power = 4;
    for (int j = 1; j <= i; ++j, power *= 4) {
      table[i][j] = table[i][j - 1] + (table[i][j - 1] - table[i - 1][j - 1]) / (power - 1);
    }
  }
  return table[rows - 1][rows - 1];
}

template <Real T, class F>
T slope(F f, T x) {
  Tape tape;
  const Scalar<T> s = variable(x);
  return tape.backward(Scalar<T>(f(s)))[s];
}

using D = Dual<double>;
using DD = Dual<D>;

// What f makes of x on a tape, as a dual number that moves with x.
template <class F>
D forward_along(F f, double x) {
  Tape tape;
  return f(variable(D::input(x))).value();
}

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
