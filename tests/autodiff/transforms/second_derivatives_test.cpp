// Second derivatives of functions of scalars: Scalar<Dual<T>> on the tape, and hessian and hvp on top of it.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using D = Dual<double>;

// Rosenbrock's function and its Hessian by hand.
template <class X>
auto rosenbrock(const X& x) {
  typename X::value_type total = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const auto bend = x[i + 1] - x[i] * x[i];
    const auto off = 1.0 - x[i];
    total += 100.0 * bend * bend + off * off;
  }
  return total;
}
double rosenbrock_hessian(const std::vector<double>& x, std::size_t i, std::size_t j) {
  const bool before = i + 1 < x.size();
  if (i == j) return (before ? 1200 * x[i] * x[i] - 400 * x[i + 1] + 2 : 0) + (i > 0 ? 200 : 0);
  if (i + 1 == j || j + 1 == i) return -400 * x[std::min(i, j)];
  return 0;
}

constexpr auto generic_rosenbrock = [](const auto& x) { return rosenbrock(x); };

}  // namespace

TEST_CASE("a sweep of dual scalars gives gradients whose derivatives are Hessian-vector products") {
  const std::vector<double> at{0.3, -1.1, 0.8, 1.7}, v{1, -2, 0.5, 3};
  Tape tape;
  std::vector<Scalar<D>> x;
  for (std::size_t i = 0; i < at.size(); ++i) x.push_back(variable(D(at[i], {v[i], {}})));
  const Scalar<D> y = rosenbrock(x);
  const Gradients g = tape.backward(y, {.keep = true});
  double moved = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < at.size(); ++j) expected += rosenbrock_hessian(at, i, j) * v[j];
    CHECK(g[x[i]].along() == Approx(expected));
    moved += g[x[i]].value * v[i];
  }
  CHECK(y.value().along() == Approx(moved));  // forward mode on the way
  Gradients twice = tape.backward(y, {.seed = Tensor<double>(2.0)});
  CHECK(twice[x[0]].along() == Approx(2 * g[x[0]].along()));
  twice += g;
  twice *= 0.5;
  CHECK(twice[x[1]].value == Approx(1.5 * g[x[1]].value));
  CHECK(twice[x[1]].along() == Approx(1.5 * g[x[1]].along()));
}

TEST_CASE("dual scalars beside plain ones, tensors, marks and rewinds on one tape") {
  Tape tape;
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  const Scalar<double> a = variable(3., "a");
  const Scalar<D> s = variable(D::input(2.), "s");
  const Scalar<D> cube = s * s * s;
  const Scalar<double> t = a * scalars(w * w)[1];
  const Tape::Mark mark = tape.mark();
  for (int i = 0; i < 3; ++i) {
    const Scalar<D> lost = cube * cube + D(1);
    const Scalar<Dual<float, 2>> other = variable(Dual<float, 2>(1)) * 2;  // its log begins behind the mark
    CHECK(tape.backward(lost, {.keep = true})[s].along() == Approx(30 * 16));
    CHECK(tape.backward(other, {.keep = true}).size() == 0);
    tape.rewind(mark);
    CHECK_THROWS_WITH_AS(Scalar<D>(lost * 2), Contains("rewound"), TapeError);
    CHECK_THROWS_WITH_AS((Scalar<Dual<float, 2>>(other * 2)), Contains("rewound"), TapeError);
  }
  const Scalar<D> y = cube + 5 * s;
  const Gradients plain = tape.backward(t, {.keep = true}), dual = tape.backward(y, {.keep = true});
  CHECK(plain[w].value()(1) == 12);
  CHECK(plain[a] == 4);
  CHECK(dual[s].value == 17);
  CHECK(dual[s].along() == 12);
  CHECK_THROWS_WITH_AS(plain[s], Contains("another tape"), TapeError);
  CHECK_THROWS_WITH_AS(dual[a], Contains("another tape"), TapeError);
  std::ostringstream table;
  table << tape;
  CHECK(table.str().find("dual scalars") != std::string::npos);
  CHECK(table.str().find(" s") != std::string::npos);
  CHECK_THROWS_WITH_AS(tape.backward(y, {.create_graph = true}), Contains("use hessian(f) or hvp(f)"),
                       MissingRuleError);
  CHECK_THROWS_WITH_AS(tape.backward(y, {.seed = Tensor<double>(xt::xarray<double>{1., 2.})}),
                       Contains("the seed has shape (2,), but the result is a scalar"), ShapeError);
  CHECK(tape.backward(y)[s].value == 17);
  CHECK_THROWS_WITH_AS(tape.backward(y), Contains("already swept"), TapeError);
}

TEST_CASE("adjoints of 0 pass nothing through an infinite slope, dual ones too") {
  Tape tape;
  const Scalar<D> x = variable(D::input(0.));
  const Scalar<D> root = sqrt(x), y = x + D(1);
  CHECK(root.value() == 0);
  CHECK(tape.backward(y)[x].value == 1);
}

TEST_CASE("check_numbers reads the values of dual scalars") {
  Tape tape({.check_numbers = true});
  const Scalar<D> x = variable(D::input(-1.), "x");
  CHECK_THROWS_WITH_AS(Scalar<D>(log(x)), Contains("scalar: a statement made nan from x = -1"), NumberError);
  const Scalar<D> zero = variable(D::input(0.), "zero");
  CHECK_THROWS_WITH_AS(Scalar<D>(sqrt(zero)), Contains("a statement made inf from zero = 0"),
                       NumberError);  // its slope
}

TEST_CASE("several directions at once: a Hessian in one sweep") {
  using D3 = Dual<double, 3>;
  const std::vector<double> at{0.4, -0.6, 1.2};
  Tape tape;
  std::vector<Scalar<D3>> x;
  for (std::size_t i = 0; i < 3; ++i) x.push_back(variable(D3::input(at[i], i)));
  const Gradients g = tape.backward(rosenbrock(x));
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) CHECK(g[x[i]].along(j) == Approx(rosenbrock_hessian(at, i, j)));
  }
  static_assert(sizeof(engine::ScalarEdge<Dual<float>>) == 16 && sizeof(D3) == 32);
}

TEST_CASE("hessian and hvp of functions of numbers, vectors, arrays and several arguments") {
  std::vector<double> at, v;
  for (int i = 0; i < 11; ++i) {
    at.push_back(std::sin(i + 1.0));
    v.push_back(std::cos(3.0 * i));
  }
  const Tensor<double> h = hessian(generic_rosenbrock)(at);
  REQUIRE(h.shape() == Shape{11, 11});
  const std::vector<double> hv = hvp(generic_rosenbrock)(at, v);
  for (std::size_t i = 0; i < at.size(); ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < at.size(); ++j) {
      CHECK(h.value()(i, j) == Approx(rosenbrock_hessian(at, i, j)));
      expected += rosenbrock_hessian(at, i, j) * v[j];
    }
    CHECK(hv[i] == Approx(expected));
  }
  const std::array<float, 2> point{0.5f, 2.f};
  const Tensor<float> of_floats = hessian(generic_rosenbrock)(point);
  CHECK(of_floats.value()(0, 1) == doctest::Approx(-200));
  CHECK(hvp(generic_rosenbrock)(point, std::array{0.f, 1.f})[0] == doctest::Approx(-200));

  CHECK(hessian([](auto x) { return x * x * x; })(2.).item() == 12);
  CHECK(hvp([](auto x) { return exp(x); })(1., 2.) == Approx(2 * std::exp(1.)));
  const auto blocks =
      hessian([](const auto& x, const auto& k) { return k * x[0] * x[1] * x[1]; })(std::vector{2., 3.}, 5.);
  CHECK(std::get<0>(std::get<0>(blocks)).value()(0, 1) == 30);
  CHECK(std::get<0>(std::get<0>(blocks)).value()(1, 1) == 20);
  CHECK(std::get<1>(std::get<0>(blocks)).value()(1) == 12);
  CHECK(std::get<0>(std::get<1>(blocks)).value()(0) == 9);
  CHECK(std::get<1>(std::get<1>(blocks)).item() == 0);

  Tape outer;  // which goes on undisturbed
  const Scalar<double> a = variable(2.);
  const Scalar<double> square_of = a * a;
  CHECK(hessian([](auto x) { return sin(x); })(a).item() == Approx(-std::sin(2.)));
  CHECK(outer.backward(square_of)[a] == 4);
}

TEST_CASE("what hessian and hvp of numbers refuse") {
  CHECK_THROWS_WITH_AS(hessian([](const auto&) { return Scalar<Dual<double, 4>>(1.); })(std::vector{1., 2.}),
                       Contains("hessian: nothing was recorded that depends on an argument"), TapeError);
  CHECK_THROWS_WITH_AS(hvp(generic_rosenbrock)(std::vector{1., 2.}, std::vector{1.}),
                       Contains("hvp: the direction has 1 numbers, but the argument 2 or more"), ShapeError);
  CHECK_THROWS_WITH_AS(hvp(generic_rosenbrock)(std::vector{1., 2.}, std::vector{1., 2., 3.}),
                       Contains("the direction has 3 numbers"), ShapeError);
}
