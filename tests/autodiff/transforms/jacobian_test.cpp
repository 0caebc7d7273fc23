// Jacobians whose directions go through many at once, against products with one direction after the other.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

#include <cmath>
#include <utility>
#include <vector>

#include "transforms/compare.h"

using namespace tapegrad;

namespace {

Tensor<double> numbers(const Shape& shape, std::uint64_t seed) { return normal<double>(Key(seed), shape); }

// The rows of df/dx, pulled one by one: no two of them are computed together.
template <class F>
Tensor<double> by_rows(const F& f, const Tensor<double>& x) {
  const auto [y, pull] = vjp(f, x);
  std::vector<Tensor<double>> rows;
  for (std::size_t i = 0; i < y.size(); ++i) {
    Tensor<double> direction = zeros_like(y);
    direction.mutable_data()[i] = 1;
    rows.push_back(reshape(pull(direction), {x.size()}));
  }
  return stack(rows);
}
template <class F>
void check(const F& f, const Tensor<double>& x, double epsilon = 1e-12) {
  const Tensor<double> found = jacobian(f)(x), rows = by_rows(f, x);
  same(reshape(found, rows.shape()), rows, epsilon);
}

}  // namespace

TEST_CASE("jacobians by many directions at once are those of one after the other") {
  const Tensor<double> w = numbers({12, 20}, 1), v = numbers({20, 9}, 2), b = numbers({20}, 3);
  const auto net = [=](const Tensor<double>& x) { return matmul(tanh(linear(x, w, b)), v); };
  check(net, numbers({12}, 4));     // rows are fewer
  check(net, numbers({3, 12}, 5));  // of a batch
  check([=](const Tensor<double>& x) { return concatenate({net(x), exp(x), x}, 0); }, numbers({12}, 6));  // columns
  check([](const Tensor<double>& x) { return cumsum(softmax(x)) * sum(square(x)); }, numbers({30}, 7));
  check([](const Tensor<double>& x) { return solve(reshape(x, {5, 5}) + 9 * eye<double>(5), ones<double>({5, 2})); },
        numbers({25}, 8));
}

TEST_CASE("jacobians through what chooses") {
  const Tensor<double> x = numbers({24}, 1), other = numbers({24}, 2);
  check([&](const Tensor<double>& at) { return maximum(relu(at), other) + clip(at, -0.5, 0.5); }, x);
  check([&](const Tensor<double>& at) { return where(at > 0, sqrt(abs(at)), at * other); }, x);
  check([](const Tensor<double>& at) { return amax(reshape(at, {2, 12}), 0) - amin(reshape(at, {2, 12}), 0); }, x);
  check([](const Tensor<double>& at) { return sort(at) * at; }, x);  // its rule holds the order: one by one
  check([](const Tensor<double>& at) { return cummax(at); }, x);
  // Behind the mask the slope is infinite: what was not chosen gives 0.
  check([](const Tensor<double>& at) { return where(at > 0, log(relu(at)), 0 * at); }, x);
}

TEST_CASE("jacobians of more directions than go at once, and of few") {
  const Tensor<double> x = numbers({700}, 1);
  const Tensor<double> found = jacobian([](const Tensor<double>& at) { return sin(at) * flip(at); })(x);
  const auto at = [&](std::size_t i, std::size_t k) { return found.data()[i * 700 + k]; };
  for (const std::size_t i : {0, 186, 187, 188, 699}) {  // 2^17 / 700 = 187 directions at once
    CHECK(at(i, i) == doctest::Approx(std::cos(x.data()[i]) * x.data()[699 - i]));
    CHECK(at(i, 699 - i) == doctest::Approx(std::sin(x.data()[i])));
    CHECK(at(i, (i + 5) % 700) == 0);
  }
  check([](const Tensor<double>& at) { return sum(square(at), {0}) + at; }, numbers({2, 3}, 2));
  const Tensor<double> none_at_all = Tensor<double>::empty(Shape{0});
  CHECK(text(jacobian([](const Tensor<double>& at) { return exp(at); })(none_at_all).shape()) == "(0, 0)");
}

TEST_CASE("jacobians: many directions at once are few entries, which have derivatives") {
  const Tensor<double> w = variable(numbers({16, 16}, 1)), x = numbers({16}, 2);
  const auto f = [&](const Tensor<double>& at) { return tanh(matmul(at, w)); };
  Tensor<double> found;
  {
    Tape tape;
    const Tensor<double> penalty = sum(square(jacobian(f)(x)));
    CHECK(tape.size() < 40);
    found = tape.backward(penalty)[w];
  }
  Tape tape;
  const Tensor<double> penalty = sum(square(by_rows(f, x)));
  CHECK(tape.size() > 100);
  same(found, tape.backward(penalty)[w], 1e-12);
}

TEST_CASE("jacobians call hooks and ops of the program once for each direction") {
  int calls = 0;
  const Tensor<double> fewer = numbers({9, 10}, 1), x = numbers({10}, 2);  // fewer rows than columns: by rows
  const auto hooked = [&](const Tensor<double>& at) {
    return matmul(fewer, square(on_gradient(at, [&](const auto& g) { return ++calls, g; })));
  };
  jacobian(hooked)(x);
  CHECK(calls == 9);
  check(hooked, x);
  // A gradient that has none itself.
  const auto cube = custom_op("cube", [](const auto& at) { return with_saved(at * at * at, at); },
                              [](const auto& g, const auto& at) { return 3 * g * at * at; });
  check([&](const Tensor<double>& at) { return matmul(fewer, cube(at)); }, x);
}

TEST_CASE("hessians by many directions at once, in float too") {
  const Tensor<double> a = numbers({20, 20}, 1), x = numbers({20}, 2);
  const auto f = [&](const Tensor<double>& at) { return 0.5 * sum(at * matmul(a, at)) + sum(exp(at)); };
  const Tensor<double> expected = 0.5 * (a + transpose(a)) + diag(exp(x));
  same(hessian(f)(x), expected, 1e-12);
  const Tensor<float> a32 = cast<float>(a);
  const auto f32 = [&](const Tensor<float>& at) { return 0.5f * sum(at * matmul(a32, at)) + sum(exp(at)); };
  same(cast<double>(hessian(f32)(cast<float>(x))), expected, 1e-5);
}
