// External functions: a user's forward and adjoint on numbers, against finite differences and against plain statements.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <sstream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;
using S = Scalar<double>;
using Numbers = std::vector<double>;
using View = std::span<const double>;

namespace {

// g(y, x) = 0 for two y and three x, in numbers or scalars.
template <class T>
std::array<T, 2> residual(std::span<const T> y, std::span<const T> x) {
  using std::exp;
  return {x[0] * y[0] * y[0] + y[1] - x[1], y[0] + x[2] * exp(y[1]) - 2};
}

struct Matrix {
  double a, b, c, d;
  std::array<double, 2> solve(double p, double q) const {
    const double det = a * d - b * c;
    return {(d * p - b * q) / det, (a * q - c * p) / det};
  }
  Matrix transposed() const { return {a, c, b, d}; }
};
Matrix slope(const std::array<double, 2>& y, View x) {  // dg / dy
  return {2 * x[0] * y[0], 1, 1, x[2] * std::exp(y[1])};
}
std::array<double, 2> newton(View x) {
  std::array<double, 2> y{1, 0};
  for (int i = 0; i < 50; ++i) {
    const auto g = residual<double>(y, x);
    const auto step = slope(y, x).solve(g[0], g[1]);
    y = {y[0] - step[0], y[1] - step[1]};
  }
  return y;
}
// x_adjoint = -(dg/dx)^T (dg/dy)^-T dy
Numbers implicit_adjoint(View x, const std::array<double, 2>& y, const std::array<double, 2>& dy) {
  const auto l = slope(y, x).transposed().solve(dy[0], dy[1]);
  return {-y[0] * y[0] * l[0], l[0], -std::exp(y[1]) * l[1]};
}
const auto root = external_function("root", newton, implicit_adjoint,
                                    [](View x, const std::array<double, 2>& y, View dx) {
                                      return slope(y, x).solve(-(y[0] * y[0] * dx[0] - dx[1]),
                                                               -std::exp(y[1]) * dx[2]);
                                    });

double difference(const std::function<double(const Numbers&)>& f, Numbers x, std::size_t i) {
  const double h = 1e-5, at = x[i];
  x[i] = at + h;
  const double above = f(x);
  x[i] = at - h;
  return (above - f(x)) / (2 * h);
}

// Squares, and the product of all.
const auto squares = external_function(
    "squares",
    [](const auto& x) {
      std::vector<std::decay_t<decltype(x[0])>> y;
      for (const auto& number : x) y.push_back(number * number);
      return y;
    },
    [](const auto& x, const auto&, const auto& dy) {
      auto dx = dy;
      for (std::size_t i = 0; i < dx.size(); ++i) dx[i] *= 2 * x[i];
      return dx;
    });

}  // namespace

TEST_CASE("an implicit function: Newton's method forward, the implicit function theorem backward") {
  const Numbers numbers{0.7, 1.3, 0.4};
  Tape tape;
  const std::vector<S> x{variable(0.7), variable(1.3), variable(0.4)};
  const std::size_t before = tape.size();
  const auto [y0, y1] = root(x);
  CHECK(tape.size() == before + 1);
  CHECK(tape.entries().back().op == "root");
  CHECK(tape.entries().back().site.line() == __LINE__ - 3);
  const auto zero = residual<double>(std::array{y0.value(), y1.value()}, numbers);
  CHECK(std::abs(zero[0]) < 1e-14);
  CHECK(std::abs(zero[1]) < 1e-14);
  const S loss = sin(y0) * y1 + x[0] * y0;
  const Gradients g = tape.backward(loss);
  auto plain = [](const Numbers& at) {
    const auto y = newton(at);
    return std::sin(y[0]) * y[1] + at[0] * y[0];
  };
  CHECK(loss.value() == plain(numbers));
  for (std::size_t i = 0; i < 3; ++i) CHECK(g[x[i]] == Approx(difference(plain, numbers, i)).epsilon(1e-8));
}

TEST_CASE("the adjoint by a tape inside: the derivatives of the residual need not be written") {
  const auto by_tape = external_function("by_tape", newton, [](View x, const auto& y, const auto& dy) {
    Tape inner;
    std::vector<S> xs, ys;
    for (double number : x) xs.push_back(variable(number));
    for (double number : y) ys.push_back(variable(number));
    const auto g = residual<S>(ys, xs);
    const Gradients first = inner.backward(g[0], {.keep = true}), second = inner.backward(g[1]);
    const Matrix by_y{first[ys[0]], first[ys[1]], second[ys[0]], second[ys[1]]};
    const auto l = by_y.transposed().solve(dy[0], dy[1]);
    Numbers dx;
    for (const S& s : xs) dx.push_back(-(first[s] * l[0] + second[s] * l[1]));
    return dx;
  });
  for (int repeat = 0; repeat < 3; ++repeat) {
    Tape tape;
    const std::array<S, 3> x{variable(0.7), variable(1.3), variable(0.4)};
    const auto a = root(x), b = by_tape(x);
    const Gradients g = tape.backward(a[0] * a[1], {.keep = true}), h = tape.backward(b[0] * b[1]);
    for (const S& s : x) CHECK(h[s] == Approx(g[s]).epsilon(1e-13));
  }
}

TEST_CASE("forward may use a tape of its own, and may be called where none records") {
  const auto slope_at = external_function(
      "slope",
      [](View x) {
        Tape inner;
        const S s = variable(x[0]);
        return inner.backward(s * s * s)[s];
      },
      [](View x, double y, double dy) {
        CHECK(y == 3 * x[0] * x[0]);
        return 6 * x[0] * dy;
      });
  CHECK(slope_at({S(2.)}).value() == 12);
  CHECK(slope_at({S(2.)}).slot() == 0);
  Tape tape;
  const S x = variable(2.), y = slope_at({x});
  static_assert(std::is_same_v<decltype(slope_at({x})), S>);
  CHECK(y.value() == 12);
  CHECK(tape.backward(y * x)[x] == 12 + 12 * 2);
}

TEST_CASE("vectors, arrays, spans and lists; float and double") {
  Tape tape;
  const std::array<Scalar<float>, 2> x{variable(3.f), variable(4.f)};
  const std::vector<Scalar<float>> y = squares(x);
  CHECK(y[1] == 16);
  const std::vector<S> z{variable(3.), variable(4.), variable(5.)};
  const std::vector<S> all = squares(z), part = squares(std::span(z).first(2)), listed = squares({z[2], z[0]});
  CHECK(squares(std::vector<S>{}).empty());
  CHECK(part.size() == 2);
  CHECK(listed[0] == 25);
  Scalar<float> sum = y[0] * y[1];
  CHECK(tape.backward(sum, {.keep = true})[x[0]] == 6 * 16);
  const Gradients g = tape.backward(all[2] + 10 * part[1] + 100 * listed[1]);
  CHECK(g[z[2]] == 10);
  CHECK(g[z[1]] == 80);
  CHECK(g[z[0]] == 600);
}

TEST_CASE("results are scalars like any other, and inputs count as read") {
  Tape tape;
  const S a = variable(3.), b = variable(4.);
  S sum = a * 1;
  auto y = squares({sum, b, a, a});
  sum += 100 * b;  // a new quantity
  y[0] += y[1] * b;
  y[0] += sum;
  CHECK(y[0].value() == 9 + 64 + 403);
  const Gradients g = tape.backward(y[0] + 1000 * y[3], {.keep = true});
  CHECK(g[a] == 6 + 1 + 6000);
  CHECK(g[b] == 3 * 16 + 100);
  CHECK(tape.backward(y[1])[b] == 8);
}

TEST_CASE("constants: nothing is recorded for them alone, and adjoints that nobody needs are not asked for") {
  int forwards = 0, adjoints = 0;
  std::vector<bool> seen;
  const auto product = external_function(
      "product", [&](View x) { return ++forwards, Numbers{x[0] * x[1], x[0]}; },
      [&](View x, View, View dy, std::span<const bool> wanted) {
        ++adjoints;
        seen.assign(wanted.begin(), wanted.end());
        return Numbers{x[1] * dy[0] + dy[1], wanted[1] ? x[0] * dy[0] : std::nan("")};
      });
  Tape tape;
  const S a = variable(3.);
  CHECK(product({S(2.), S(5.)})[0].slot() == 0);
  CHECK(tape.size() == 0);
  const auto y = product({a, S(5.)});
  CHECK(forwards == 2);
  CHECK(tape.backward(a * 2, {.keep = true})[a] == 2);
  CHECK(adjoints == 0);
  CHECK(tape.backward(y[0] + a, {.keep = true})[a] == 6);
  CHECK(adjoints == 1);
  CHECK(seen == std::vector<bool>{true, false});
  const Tape::Pause pause;
  CHECK(product({a, a})[0].slot() == 0);
  CHECK(tape.size() == 2);
}

TEST_CASE("between tensors, and in transforms") {
  const auto w = variable(xt::xarray<double>{0.5, 1.5, 2.}, "w");
  auto f = [](const auto& x) { return sum(tensor(std::span<const S>(squares(scalars(exp(x)))))); };
  {
    Tape tape;
    const auto g = tape.backward(f(w))[w];  // of e^(2 w)
    for (int i = 0; i < 3; ++i) CHECK(g.data()[i] == Approx(2 * std::exp(2 * w.data()[i])));
  }
  CHECK(grad(f)(w).data()[2] == Approx(2 * std::exp(4.)));
  auto h = [](const S& a, const S& b, const S& c) {
    const auto [y0, y1] = root({a, b, c});
    const S loss = y0 * y0 + y1 * c;
    return loss;
  };
  const auto [da, db, dc] = grad(h)(0.7, 1.3, 0.4);
  auto plain = [](const Numbers& x) { const auto y = newton(x); return y[0] * y[0] + y[1] * x[2]; };
  CHECK(da == Approx(difference(plain, {0.7, 1.3, 0.4}, 0)).epsilon(1e-8));
  CHECK(db == Approx(difference(plain, {0.7, 1.3, 0.4}, 1)).epsilon(1e-8));
  CHECK(dc == Approx(difference(plain, {0.7, 1.3, 0.4}, 2)).epsilon(1e-8));
  const auto [value, tangent] = jvp(h, std::tuple{0.7, 1.3, 0.4}, std::tuple{1., -2., 0.5});
  CHECK(value.value() == plain({0.7, 1.3, 0.4}));
  CHECK(tangent == Approx(da - 2 * db + 0.5 * dc).epsilon(1e-13));
  Tape tape;  // a transform inside a recording tape gives numbers for numbers
  const S x = variable(0.7);
  CHECK(std::get<0>(grad(h)(x, 1.3, 0.4)) == da);
}

TEST_CASE("what the functions capture lives as long as the tape needs it, also through rewinds and steps") {
  const auto held = std::make_shared<double>(2);
  {
    Tape tape;
    const S x = variable(3.);
    const Tape::Mark mark = tape.mark();
    auto times = [&held] {
      return external_function("times", [held](View v) { return Numbers{v[0] * *held}; },
                               [held](View, View, View dy) { return Numbers{dy[0] * *held}; });
    };
    std::vector<S> y = times()({x});
    CHECK(held.use_count() == 3);
    CHECK(tape.backward(y[0], {.keep = true})[x] == 2);
    tape.rewind(mark);
    CHECK(held.use_count() == 1);
    y = times()({x});
    BackwardSteps steps = tape.begin_backward(S(y[0] * y[0]));
    CHECK(steps.gradients()[x] == 24);
    CHECK(held.use_count() == 1);  // consumed
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("an external function may have any name") {
  const auto named = external_function(
      "scalars", [](View x) { return x[0]; }, [](View, double, double dy) { return dy; });
  Tape tape({.keep_values = true});
  const S x = variable(3., "x"), y = named({x}) * 2;
  std::ostringstream out;
  out << tape;
  CHECK(tape.statistics().of_double.runs == 1);
  BackwardSteps steps = tape.begin_backward(y);
  CHECK(steps.gradients()[x] == 2);
}

TEST_CASE("what is wrong is said with the name and the line") {
  const auto identity = [](View x) { return Numbers(x.begin(), x.end()); };
  const auto wrong = external_function("wrong", identity, [](View, View, View) { return Numbers{1}; });
  {
    Tape tape;
    const S x = variable(3.);
    const auto y = wrong({x, x});
    CHECK_THROWS_WITH_AS(tape.backward(y[1]),
                         Contains("external function wrong: its adjoint returned 1 numbers for 2 inputs "
                                  "[external_function_test.cpp:"),
                         ShapeError);
    CHECK_THROWS_WITH_AS(tape.backward(y[1]), Contains("this tape is broken, because the rule of wrong"), TapeError);
  }
  CHECK_THROWS_WITH_AS(external_function("", identity, identity),
                       Contains("external_function: the function needs a name"), Error);
  CHECK_THROWS_WITH_AS(jvp([&](const S& x) { return squares({x})[0]; }, 1., 1.),
                       Contains("external function squares: forward mode (jvp) needs its tangent [external_function_"),
                       MissingRuleError);
  const auto short_tangent = external_function(
      "short", identity, [](View, View, View dy) { return Numbers(dy.begin(), dy.end()); },
      [](View, View, View) { return Numbers{}; });
  CHECK_THROWS_WITH_AS(jvp([&](const S& x) { return short_tangent({x})[0]; }, 1., 1.),
                       Contains("external function short: its tangent returned 0 numbers for 1 results ["), ShapeError);
  S old;
  {
    Tape tape;
    old = variable(2.);
  }
  Tape tape;
  CHECK_THROWS_WITH_AS(squares({S(1.), old}), Contains("squares: scalar 1 that it reads was made on another tape"),
                       StaleError);
  const auto with_tangent = external_function("with tangent", identity, [](View, View, View dy) {
    return Numbers(dy.begin(), dy.end());
  }, [](View, View, View dx) { return Numbers(dx.begin(), dx.end()); });
  CHECK_THROWS_WITH_AS(jvp([&](const auto& v) { return with_tangent(v); }, std::vector{variable(2.)}, Numbers{1.}),
                       Contains("so create_graph stops there"), MissingRuleError);
  const auto w = variable(xt::xarray<double>{1., 2.});
  const auto y = sum(tensor(std::span<const S>(squares(scalars(w)))));
  CHECK_THROWS_WITH_AS(tape.backward(y, {.create_graph = true}), Contains("so create_graph stops there"),
                       MissingRuleError);
}

TEST_CASE("exceptions of the user's code pass through") {
  struct Diverged {};
  const auto fails = external_function(
      "fails",
      [](View x) {
        if (x[0] < 0) throw DomainError("below zero");
        return Numbers{x[0]};
      },
      [](View x, View, View dy) {
        if (x[0] > 10) throw Diverged();
        return Numbers{dy[0]};
      });
  Tape tape;
  const S x = variable(-3.);
  CHECK_THROWS_WITH_AS(fails({x}), "below zero", DomainError);
  const auto y = fails({S(x * -4)});
  CHECK_THROWS_AS(tape.backward(y[0]), Diverged);
  CHECK_THROWS_WITH_AS(tape.backward(y[0]), Contains("the rule of fails [external_function_test.cpp:"), TapeError);
  Tape checking({.check_numbers = true});
  const auto root = external_function(
      "root", [](View v) { return std::sqrt(v[0]); }, [](View, double, double dy) { return dy; });
  const S negative = variable(-1.);
  CHECK_THROWS_WITH_AS(root({negative}), Contains("root: result 0 is nan [external_function_test.cpp:"), NumberError);
}
