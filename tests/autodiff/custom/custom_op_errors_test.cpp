// What custom ops check, and what each error says.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

using namespace tapegrad;
using doctest::Contains;

namespace {

// x^3, whose backward computes on arrays.
const auto cube = custom_op(
    "cube", [](const auto& x) { return with_saved(x * x * x, x); },
    [](const auto& g, const auto& x) { return 3 * g * x * x; });

Tensor<double> pair() { return variable(xt::xarray<double>{0.5, -2.}, "x"); }

// The gradient of sum(op(x)) in a plain sweep.
template <class Op>
void sweep(const Op& op, const Tensor<double>& x, bool create_graph = false) {
  Tape tape;
  tape.backward(sum(op(x)), {.create_graph = create_graph});
}

}  // namespace

TEST_CASE("the number and the shapes of gradients are checked, with the line of the call") {
  const Tensor<double> x = pair(), row = variable(xt::xarray<double>{{1., 2., 3.}});
  const auto short_list = custom_op(
      "short", [](const auto& a, const auto& b) { return a + b; },
      []<class T>(const Tensor<T>& g) { return std::vector<Tensor<T>>{g}; });
  {
    Tape tape;
    CHECK_THROWS_WITH_AS(
        tape.backward(sum(short_list(x, x))),
        Contains("custom op short: its backward returned 1 gradients for 2 inputs [custom_op_errors_test.cpp:"), Error);
  }
  const auto long_row = custom_op(
      "long_row", [](const auto& a, const auto& b) { return a * b; }, [](const auto& g) { return std::tuple(g, g); });
  Tape tape;
  CHECK_THROWS_WITH_AS(
      tape.backward(sum(long_row(row, Tensor<double>::full({4, 3}, 1)))),
      Contains("custom op long_row: its backward returned a gradient of shape (4, 3) for input 0 of shape "
               "(1, 3) [custom_op_errors_test.cpp:"),
      ShapeError);
  CHECK_THROWS_WITH_AS(tape.backward(sum(x)), Contains("this tape is broken, because the rule of long_row"), TapeError);
}

TEST_CASE("shapes inside forward and backward that do not broadcast name the op and the line") {
  const Tensor<double> x = pair();
  const xt::xarray<double> three{1., 2., 3.};
  const auto before = custom_op(
      "before", [three](const auto& v) { return v * three; }, [](const auto& g) { return g; });
  const auto after = custom_op(
      "after", [](const auto& v) { return v * 1; }, [three](const auto& g) { return g * three; });
  CHECK_THROWS_WITH_AS(before(x),
                       Contains("custom op before: shapes of arrays in its forward do not broadcast [custom_op_"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(sweep(after, x), Contains("custom op after: shapes of arrays in its backward"), ShapeError);
}

TEST_CASE("create_graph refuses a backward that it cannot differentiate") {
  const Tensor<double> x = pair();
  CHECK_THROWS_WITH_AS(sweep(cube, x, true), Contains("custom op cube: its backward computes on arrays"), TapeError);
  CHECK_THROWS_WITH_AS(sweep(cube, x, true), Contains("in ops of tapegrad"), TapeError);
  // On tensors, but an expression comes back, or a tensor made of one.
  const auto expression = custom_op(
      "expression", [](const auto& v) { return with_saved(v * v, v); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& v) { return 2 * g.value() * v.value(); });
  CHECK_THROWS_WITH_AS(sweep(expression, x, true), Contains("computes on arrays"), TapeError);
  const auto cut = custom_op(
      "cut", [](const auto& v) { return with_saved(v * v, v); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& v) { return Tensor<T>(2 * g.value() * v.value()); });
  sweep(cut, x);
  CHECK_THROWS_WITH_AS(sweep(cut, x, true),
                       Contains("what its backward returned does not depend on its arguments as the tape sees it"),
                       TapeError);
  // What was computed inside forward has no place on the tape.
  const auto inside = custom_op(
      "inside", [](const auto& v) { return with_saved(v * v, 2 * v); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& slope) { return g * slope; });
  sweep(inside, x);
  CHECK_THROWS_WITH_AS(sweep(inside, x, true),
                       Contains("value 1 that its forward saved is neither an input nor the result"), TapeError);
  const auto number = custom_op(
      "number", [](const auto& v) { return with_saved(v * v, v, xt::sum(v)()); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& v, double) { return 2 * g * v; });
  CHECK_THROWS_WITH_AS(sweep(number, x, true), Contains("value 2 that its forward saved"), TapeError);
}

TEST_CASE("forward mode that cannot be says so") {
  const Tensor<double> x = xt::xarray<double>{1., 2.};
  CHECK_THROWS_WITH_AS(jvp(cube, x, x), Contains("custom op cube: forward mode (jvp, hvp, hessian) needs its tangent"),
                       TapeError);
  const auto wide = custom_op(
      "wide", [](const auto& v) { return v * 1; }, [](const auto& g) { return g; },
      [](const auto& dv) { return xt::sum(dv); });
  CHECK_THROWS_WITH_AS(jvp(wide, x, x),
                       Contains("custom op wide: its tangent returned shape () for a result of shape (2,) ["),
                       ShapeError);
  const auto inside = custom_op(
      "inside", [](const auto& v) { return with_saved(v * v, 2 * v); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& slope) { return g * slope; });
  CHECK_THROWS_WITH_AS(jvp(inside, x, x), Contains("value 1 that its forward saved"), TapeError);
}

TEST_CASE("a replay in an element type that forward does not take says so") {
  const auto only = custom_op(
      "only", [](const Array<double>& v) { return v * 2; }, [](const auto& g) { return g * 2; });
  const auto saves_double = custom_op(
      "saves_double",
      [](const auto& v) {
        const xt::xarray<double> y = 2 * v;
        return with_saved(y, v, y);
      },
      []<class T>(const Tensor<T>& g, const Tensor<T>& v, const Tensor<T>&) { return 2 * g + 0 * v; });
  const Tensor<double> x = pair();
  Tape tape({.replayable = true});
  const Tensor<double> y = sum(only(x)), z = sum(saves_double(x));
  Tape::Pause pause;
  CHECK(tape.replay<double>(y, {}).item() == -3);
  CHECK_THROWS_WITH_AS(tape.replay<float>(y, {}), Contains("custom op only: a replay in float"), TapeError);
  CHECK_THROWS_WITH_AS(tape.replay<float>(z, {}), Contains("custom op saves_double: a replay in float"), TapeError);
}

TEST_CASE("names and empty tensors are refused") {
  const auto f = [](const auto& x) { return x * 1; };
  CHECK_THROWS_WITH_AS(custom_op("", f, f), Contains("custom_op: the op needs a name"), Error);
  CHECK_THROWS_WITH_AS(cube(Tensor<double>()), Contains("cube: an input is an empty tensor"), ShapeError);
  const auto hollow = custom_op(
      "hollow", [](const auto&) { return Tensor<double>(); }, [](const auto& g) { return g; });
  CHECK_THROWS_WITH_AS(hollow(pair()), Contains("custom op hollow: its forward returned an empty tensor"), ShapeError);
  const auto lost = custom_op(
      "lost", [](const auto& x) { return with_saved(x * 1, Tensor<double>()); },
      [](const auto& g, const auto&) { return g; });
  CHECK_THROWS_WITH_AS(lost(pair()), Contains("with_saved: an empty tensor"), ShapeError);
}

TEST_CASE("an exception of forward leaves the tape recording") {
  const auto strict = custom_op(
      "strict",
      [](const auto& x) {
        if (x(0) < 1) throw DomainError("below one");
        return x * 1;
      },
      [](const auto& g) { return g; });
  const Tensor<double> x = pair();
  Tape tape;
  CHECK_THROWS_AS(strict(x), DomainError);
  CHECK(tape.backward(sum(x * 2))[x].value()(0) == 2);
}
