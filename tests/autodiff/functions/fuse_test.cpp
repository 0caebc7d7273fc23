// fuse: value and derivatives of any generic lambda, against the same lambda on tensors and against differences.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

using namespace tapegrad;
using doctest::Contains;

namespace {

Tensor<double> ramp(const Shape& shape, double low, double high) {
  Tensor<double> x = Tensor<double>::empty(shape);
  const double step = (high - low) / double(std::max<std::size_t>(2, x.size()) - 1);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = low + step * double((7 * i) % x.size());
  return x;
}

auto example = [](auto x, auto a, auto b) { return sigmoid(a * x + b) * tanh(x) + exp(-(x * x)); };

// Value and gradients of the fused function and of the same function of tensors.
template <class F>
void agrees(F f, std::vector<Tensor<double>> inputs) {
  for (Tensor<double>& x : inputs) x = variable(x);
  auto run = [&](auto call) {
    Tape tape;
    Tensor<double> y = call();
    return std::pair(constant(y), tape.backward(sum(y * ramp(y.shape(), -1, 2))));
  };
  const auto [y, g] = run([&] { return inputs.size() == 1 ? fuse([&](auto x) { return f(x, x); }, inputs[0])
                                                          : fuse(f, inputs[0], inputs[1]); });
  const auto [z, h] = run([&] { return f(inputs[0], inputs[inputs.size() - 1]); });
  REQUIRE(text(y.shape()) == text(z.shape()));
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == doctest::Approx(z.data()[i]).epsilon(1e-13));
  for (const Tensor<double>& x : inputs) {
    const Tensor<double> p = g[x], q = h[x];
    for (std::size_t i = 0; i < p.size(); ++i) CHECK(p.data()[i] == doctest::Approx(q.data()[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("fuse passes gradient checks to third order, with broadcasting") {
  auto call = [](const Tensor<double>& x, const Tensor<double>& a, const Tensor<double>& b) {
    return fuse(example, x, a, b);
  };
  const GradcheckOptions third{.order = 3, .relative = 1e-6, .absolute = 1e-7};
  CHECK(gradcheck(call, {ramp({5}, -1, 1), ramp({5}, -2, 2), ramp({5}, 0, 1)}, third).passed());
  CHECK(gradcheck(call, {ramp({2, 3}, -1, 1), ramp({3}, -2, 2), ramp({2, 1}, 0, 1)}, third).passed());
  CHECK(gradcheck(call, {ramp({2, 1, 2}, -1, 1), ramp({}, -2, 2), ramp({3, 1}, 0, 1)}, third).passed());
  auto total = [](const Tensor<double>& x, const Tensor<double>& a, const Tensor<double>& b) {
    return fuse_sum(example, x, a, b);
  };
  CHECK(gradcheck(total, {ramp({2, 3}, -1, 1), ramp({3}, -2, 2), ramp({2, 1}, 0, 1)}, third).passed());
}

TEST_CASE("every function that fuse knows agrees with its op") {
  const std::vector<Tensor<double>> one{ramp({3, 17}, 0.3, 2)}, two{ramp({3, 17}, 0.3, 2), ramp({17}, 0.4, 1.9)};
  agrees([](auto x, auto y) { return exp(x) + log(y) * sqrt(x) - square(y) / x; }, two);
  agrees([](auto x, auto y) { return sin(x) * cos(y) + tanh(x - 1) + sigmoid(2 * y); }, two);
  agrees([](auto x, auto y) { return abs(x - 1.05) + relu(y - 1.05) + softplus(x) - sign(y - 1) * step(x - 1) * x; },
         two);
  agrees([](auto x, auto y) { return pow(x, y) + pow(x, 3) + pow(y, 0.5) + pow(x, 0); }, two);
  agrees([](auto x, auto y) { return maximum(x, y) * 2 - minimum(x, y) + maximum(x, 1.07) + clip(y, 0.8, 1.6); }, two);
  agrees([](auto x, auto y) { return where(x > y, x * y, x / y) + where(x <= 1.03, y, 0.5); }, two);
  agrees([](auto x, auto) { return 1 / x + 3 - x; }, one);
}

TEST_CASE("fuse captures numbers, reassigns its variables, and takes up to five and more tensors") {
  const double slope = 0.25;
  const Tensor<double> x = variable(ramp({33}, -1, 1));
  auto horner = [slope](auto v) {
    auto y = v * 0 + slope;
    for (int i = 0; i < 3; ++i) y = y * v + i;
    return y;
  };
  Tape tape;
  const Tensor<double> y = fuse(horner, x);
  CHECK(y.data()[5] == doctest::Approx(horner(x.data()[5])));
  CHECK(tape.backward(
                sum(fuse([](auto a, auto b, auto c, auto d, auto e) { return a * b * c * d * e; }, x, x, x, x, x)))[x]
            .data()[3] == doctest::Approx(5 * std::pow(x.data()[3], 4)));
}

TEST_CASE("fuse in float agrees with double, is one entry, and keeps the user's line") {
  const Tensor<double> x = ramp({100}, -2, 2), a = ramp({100}, -1, 1), b = ramp({100}, 0, 1);
  const Tensor<float> x32 = variable(cast<float>(x), "x"), a32 = variable(cast<float>(a), "a"), b32 = cast<float>(b);
  const Tensor<double> x64 = variable(x);
  Tape tape;
  const Tensor<float> y = fuse_sum(example, x32, a32, b32);
  CHECK(tape.size() == 3);
  std::ostringstream table;
  table << tape;
  CHECK_MESSAGE(table.str().find("fuse_sum  %0 %1 constant  ()") != std::string::npos, table.str());
  CHECK_MESSAGE(table.str().find("fuse_test.cpp") != std::string::npos, table.str());
  const Tensor<float> g = tape.backward(y)[x32];
  Tape second;
  const Tensor<double> h = second.backward(sum(example(x64, a, b)))[x64];
  for (std::size_t i = 0; i < g.size(); ++i) CHECK(g.data()[i] == doctest::Approx(h.data()[i]).epsilon(1e-5));
}

TEST_CASE("fuse without a tape, on nothing, and on shapes that do not fit") {
  const Tensor<double> x = ramp({7}, -1, 1);
  CHECK(fuse([](auto v) { return v * v; }, x).data()[2] == x.data()[2] * x.data()[2]);
  CHECK(fuse_sum([](auto v) { return v + 1; }, Tensor<double>::empty({0, 3})).item() == 0);
  CHECK_THROWS_WITH_AS(fuse([](auto p, auto q) { return p + q; }, x, ramp({3}, 0, 1)),
                       Contains("fuse: shapes (7,) and (3,) do not broadcast [fuse_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(fuse([](auto p) { return p; }, Tensor<double>()), Contains("empty tensor"), ShapeError);
}
