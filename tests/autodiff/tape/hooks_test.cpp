// Hooks on gradients, scaled and reversed gradients.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/tape/gradient_hooks.h>

#include <stdexcept>

using namespace tapegrad;
using doctest::Contains;

namespace {
Tensor<double> pair() { return variable(xt::xarray<double>{0.5, -2.}, "x"); }
}  // namespace

TEST_CASE("a hook that only looks sees the complete adjoint, once a sweep, and changes nothing") {
  const Tensor<double> x = pair();
  std::vector<Tensor<double>> seen;
  Tape tape;
  const Tensor<double> h = on_gradient(x * 2, [&](const Tensor<double>& g) { seen.push_back(g); });
  const Tensor<double> y = sum(h * h + 3 * h);
  CHECK(seen.empty());
  CHECK(tape.backward(y, {.keep = true})[x].value() == xt::xarray<double>{10., -10.});
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].value() == xt::xarray<double>{5., -5.});  // 2 h + 3
  CHECK(tape.backward(y)[x].value() == xt::xarray<double>{10., -10.});
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].value() == xt::xarray<double>{5., -5.});  // what was kept is not overwritten
}

TEST_CASE("a hook on a variable's use sees and replaces the gradient of that use") {
  const Tensor<double> w = pair();
  Tape tape;
  const Tensor<double> used = on_gradient(w, [](const auto& g) { return clip(g, -1, 1); });
  CHECK(used.value() == w.value());
  const Gradients g = tape.backward(sum(used * 5 + w * 0.25));
  CHECK(g[w].value() == xt::xarray<double>{1.25, 1.25});
}

TEST_CASE("a replacement is differentiated with create_graph") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(on_gradient(x * x, [](const auto& g) { return g * g * 3; }) * x);
  // The adjoint of h = x x is x, so the hook gives 3 x^2, and x gets 3 x^2 2 x + h.
  const Tensor<double> slope = tape.gradient(y, x, {.create_graph = true});
  for (std::size_t i = 0; i < 2; ++i) {
    const double v = x.data()[i];
    CHECK(slope.data()[i] == doctest::Approx(6 * v * v * v + v * v));
  }
  // The second sweep comes by h again, with an adjoint of 1, of which the hook makes 3: 18 x^2 + 3 dh/dx.
  const Tensor<double> second = tape.gradient(sum(slope), x);
  for (std::size_t i = 0; i < 2; ++i) {
    const double v = x.data()[i];
    CHECK(second.data()[i] == doctest::Approx(18 * v * v + 3 * 2 * v));
  }
}

TEST_CASE("a hook is not called where no adjoint arrives, nor without a tape") {
  const Tensor<double> x = pair();
  int calls = 0;
  auto count = [&](const Tensor<double>&) { ++calls; };
  CHECK(on_gradient(x, count).value() == x.value());
  Tape tape;
  const Tensor<double> unused = on_gradient(x, count), fixed = on_gradient(constant(x), count);
  CHECK_FALSE(tape.contains(fixed));
  tape.backward(sum(x * fixed));
  CHECK(calls == 0);
  CHECK(unused.size() == 2);
}

TEST_CASE("a hook that throws breaks the tape, which names it and its line") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(on_gradient(x, [](const Tensor<double>&) { throw std::runtime_error("seen enough"); }));
  CHECK_THROWS_WITH_AS(tape.backward(y), "seen enough", std::runtime_error);
  CHECK_THROWS_WITH_AS(tape.backward(y),
                       Contains("this tape is broken, because the rule of on_gradient [hooks_test.cpp:"), TapeError);
}

TEST_CASE("a replacement of another shape is refused") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(on_gradient(x, [](const auto& g) { return sum(g); }));
  CHECK_THROWS_WITH_AS(tape.backward(y),
                       Contains("on_gradient: the hook returned a gradient of shape () for a tensor of shape (2,) "
                                "[hooks_test.cpp:"),
                       ShapeError);
}

TEST_CASE("a hook may use a tape of its own, and the swept one goes on") {
  const Tensor<double> x = pair();
  Tape tape;
  Tensor<double> inner_result;
  const Tensor<double> y = sum(on_gradient(x * 1, [&](const Tensor<double>& g) {
    Tape inner;
    const Tensor<double> v = variable(g);
    inner_result = v * v;
    return inner.backward(sum(inner_result), {.keep = true})[v];
  }));
  CHECK(tape.backward(y, {.keep = true})[x].value() == xt::xarray<double>{2., 2.});
  CHECK_FALSE(tape.contains(inner_result));
  CHECK_THROWS_WITH_AS(inner_result * 2, Contains("was recorded on another tape"), TapeError);
  const Tensor<double> later = sum(x * y);
  CHECK(tape.backward(later)[x].value()(0) == doctest::Approx(-1.5 + 2 * -1.5));
}

TEST_CASE("scaled and reversed gradients leave values alone") {
  const Tensor<double> x = pair();
  Tape tape;
  CHECK(scale_gradient(x, 0.5).value() == x.value());
  CHECK(reverse_gradient(x, 3).value() == x.value());
  const Gradients g =
      tape.backward(sum(scale_gradient(x, 0.5) + 10 * reverse_gradient(x) + 100 * reverse_gradient(x, 3)));
  CHECK(g[x].value() == xt::xarray<double>{-309.5, -309.5});
}

TEST_CASE("a scaled gradient stays scaled in higher derivatives") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(square(scale_gradient(x, 0.5)));
  const Tensor<double> slope = tape.gradient(y, x, {.create_graph = true});  // 0.5 * 2 x, and x is scaled again
  CHECK(slope.value() == x.value());
  CHECK(tape.gradient(sum(slope), x).value() == xt::xarray<double>{0.5, 0.5});
}

TEST_CASE("hooks on float tensors are replayed in double") {
  const Tensor<float> x = variable(xt::xarray<float>{0.5f, -2.f});
  Tape tape({.replayable = true});
  const Tensor<float> y = sum(square(on_gradient(x, [](const Tensor<float>& g) { return g * 2; })));
  CHECK(tape.backward(y)[x].value() == xt::xarray<float>{2.f, -8.f});
  const Tensor<double> w = variable(xt::xarray<double>{1., 3.});
  Tape second;
  const Tensor<double> again = tape.replay<double>(y, {{x, w}});
  CHECK(again.item() == 10);
  CHECK(second.backward(again)[w].value() == xt::xarray<double>{4., 12.});
}

TEST_CASE("a hook may use the swept tape: a pull that was made on it") {
  const Tensor<double> w = variable(xt::xarray<double>{2.}, "w");
  Tape tape;
  const auto pull = vjp([](const Tensor<double>& x) { return x * x * x; }, w).second;
  const Tensor<double> one = xt::xarray<double>{1.};
  bool known = false;
  const Tensor<double> square = w * w;
  const Tensor<double> h = on_gradient(square, [&](const Tensor<double>& g) -> Tensor<double> {
    known = tape.contains(square);
    return g + pull(one);
  });
  CHECK(tape.backward(sum(h), {.keep = true})[w].item() == 52);  // (1 + 12) * 4
  CHECK(known);
}
