// Arguments and results in tuples, vectors and arrays, nested as they can be: each derivative against the one of the
// same function of separate arguments, and against differences.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/gradcheck/gradcheck.h>
#include <tapegrad/scalars/preaccumulate.h>

#include <array>
#include <tuple>

using namespace tapegrad;
using doctest::Approx;

namespace {

using S = Scalar<double>;
using Two = std::tuple<S, S>;

Tensor<double> row(double a, double b) { return Tensor<double>{a, b}; }

void same(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(a.shape() == b.shape());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == b.data()[i]);
}

// Of three tensors and two numbers.
auto mixed = [](const auto& a, const auto& b, const auto& c, const auto& p, const auto& q) {
  return sum(a * b * sin(c)) + tensor(p * q * q) * sum(a);
};

}  // namespace

TEST_CASE("a walk sees every leaf once, from left to right, and keeps the tree's form") {
  using Leaf = int;
  std::tuple<Leaf, std::vector<std::tuple<Leaf, std::array<Leaf, 2>>>, std::array<std::vector<Leaf>, 2>> x{
      1, {{2, {3, 4}}, {5, {6, 7}}}, {std::vector<Leaf>{8}, {}}};
  std::vector<Leaf> seen;
  const auto halves = engine::tree::map(x, [&](Leaf leaf) {
    seen.push_back(leaf);
    return leaf / 2.0;
  });
  CHECK(seen == std::vector<Leaf>{1, 2, 3, 4, 5, 6, 7, 8});
  static_assert(
      std::same_as<decltype(halves), const std::tuple<double, std::vector<std::tuple<double, std::array<double, 2>>>,
                                                      std::array<std::vector<double>, 2>>>);
  CHECK(std::get<1>(std::get<1>(halves)[1])[1] == 3.5);
  CHECK(std::get<2>(halves)[0][0] == 4);
  CHECK(std::get<2>(halves)[1].empty());

  engine::tree::for_each(x, [](Leaf& leaf) { leaf *= 10; });
  CHECK(std::get<0>(std::get<1>(x)[1]) == 50);
  static_assert(std::same_as<engine::tree::FirstLeaf<std::vector<std::tuple<std::array<char, 2>, Leaf>>>, char>);
}

TEST_CASE("gradients come in the tree of the arguments, however deep") {
  const auto a = row(1, 2), b = row(-1, 3), c = row(0.5, 0.25);
  const double p = 3, q = -2;
  const auto [ga, gb, gc, gp, gq] = grad(mixed)(a, b, c, p, q);

  using Pair = std::tuple<Tensor<double>, Tensor<double>>;
  const std::tuple<std::vector<Pair>, std::tuple<Tensor<double>, std::array<double, 2>>> x{{Pair(a, b)}, {c, {p, q}}};
  const auto [value, g] = value_and_grad([](const auto& pairs, const auto& rest) {
    const auto& [left, right] = pairs[0];
    const auto& [third, numbers] = rest;
    return mixed(left, right, third, numbers[0], numbers[1]);
  })(std::get<0>(x), std::get<1>(x));
  static_assert(std::same_as<std::decay_t<decltype(g)>, std::decay_t<decltype(x)>>);
  CHECK(value.item() == mixed(a, b, c, S(p), S(q)).item());
  same(std::get<0>(std::get<0>(g)[0]), ga);
  same(std::get<1>(std::get<0>(g)[0]), gb);
  same(std::get<0>(std::get<1>(g)), gc);
  CHECK(std::get<1>(std::get<1>(g))[0] == gp);
  CHECK(std::get<1>(std::get<1>(g))[1] == gq);
  CHECK(gradcheck([&](const Tensor<double>& t) { return mixed(t, b, c, S(p), S(q)); }, {a}).passed());
}

TEST_CASE("vectors of vectors of numbers are vectors of vectors of scalars for the function") {
  const std::vector<std::vector<double>> x{{1, 2}, {3}, {}};
  auto f = [](const std::vector<std::vector<S>>& v) { return v[0][0] * v[0][1] * v[0][1] * v[1][0]; };
  const std::vector<std::vector<double>> g = grad(f)(x);
  CHECK(g == std::vector<std::vector<double>>{{12, 12}, {4}, {}});

  // J v in forward mode, for a result that is an array of tuples, against v^T J in reverse mode
  auto many = [](const std::vector<std::vector<S>>& v) {
    return std::array{Two(v[0][0] * v[1][0], exp(v[0][1])), Two(v[0][1] / v[1][0], v[0][0])};
  };
  const std::vector<std::vector<double>> dx{{0.5, -1}, {2}, {}};
  const auto [y, dy] = jvp(many, x, dx);
  const auto [z, pull] = vjp(many, x);
  const auto back = pull(std::array{std::tuple(1.0, 0.5), std::tuple(-2.0, 0.25)});
  const double forward =
      std::get<0>(dy[0]) + 0.5 * std::get<1>(dy[0]) - 2 * std::get<0>(dy[1]) + 0.25 * std::get<1>(dy[1]);
  CHECK(forward == Approx(0.5 * back[0][0] - back[0][1] + 2 * back[1][0]));
  CHECK(std::get<0>(dy[0]) == Approx(0.5 * 3 + 2 * 1));
}

TEST_CASE("a Jacobian is the tree of the results, in each leaf the tree of the arguments") {
  const std::array<Tensor<double>, 2> x{row(1, 2), row(3, 5)};
  auto f = [](const std::array<Tensor<double>, 2>& v) { return std::vector{std::tuple(v[0] * v[1], sum(v[1]))}; };
  const auto j = jacobian(f)(x);
  static_assert(std::same_as<std::decay_t<decltype(j)>,
                             std::vector<std::tuple<std::array<Tensor<double>, 2>, std::array<Tensor<double>, 2>>>>);
  same(std::get<0>(j[0])[0], Tensor<double>{{3, 0}, {0, 5}});
  same(std::get<0>(j[0])[1], Tensor<double>{{1, 0}, {0, 2}});
  same(std::get<1>(j[0])[0], row(0, 0));
  same(std::get<1>(j[0])[1], row(1, 1));
}

TEST_CASE("hvp of numbers in nested containers") {
  auto f = [](const auto& v) { return v[0][0] * v[0][0] * v[1][0] + v[1][1] * v[1][1] * v[1][1]; };
  const std::array<std::vector<double>, 2> x{std::vector<double>{2.}, {3., 4.}}, v{std::vector<double>{1.}, {0.5, -1.}};
  const std::array<std::vector<double>, 2> found = hvp(f)(x, v);
  CHECK(found[0][0] == 2 * 3 * 1 + 2 * 2 * 0.5);
  CHECK(found[1][0] == 2 * 2 * 1);
  CHECK(found[1][1] == 6 * 4 * -1);
}

TEST_CASE("preaccumulate takes scalars from nested containers, and formulas among them") {
  Tape tape;
  const S x = variable(0.75), y = variable(-2.);
  auto body = [&] {
    S long_way = x;
    for (int i = 0; i < 20; ++i) long_way = sin(long_way) * y;
    return std::tuple(std::vector{std::array{Two(long_way, x * y), Two(long_way * long_way, y / x)}}, x + y);
  };
  const auto replaced = preaccumulate(body);
  const auto plain = body();
  const auto combined = [](const auto& result) -> S {
    const auto& [pairs, rest] = result;
    const auto& [first, second] = pairs[0];
    return std::get<0>(first) * 3 + std::get<1>(first) + std::get<0>(second) - std::get<1>(second) * rest;
  };
  const S a = combined(replaced), b = combined(plain);
  CHECK(a.value() == b.value());
  const Gradients g = tape.backward(a, {.keep = true}), expected = tape.backward(b);
  CHECK(g[x] == Approx(expected[x]).epsilon(1e-13));
  CHECK(g[y] == Approx(expected[y]).epsilon(1e-13));
}
