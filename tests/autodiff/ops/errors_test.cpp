// Every error of the ops, tensors, tapes and gradients that no other test
// provokes.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
Tensor<double> ones(const Shape &shape) {
  return Tensor<double>::full(shape, 1);
}
} // namespace

TEST_CASE("an error of an op ends with the user's line") {
  CHECK_THROWS_WITH_AS(sum(ones({2}), {5}), Contains("[errors_test.cpp:"),
                       ShapeError);
}

TEST_CASE("reductions name an axis that is wrong") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(sum(x, {2}),
                       Contains("sum: axis 2 does not exist in shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(mean(x, {-3}), Contains("axis -3 does not exist"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(amax(x, {1, -1}),
                       Contains("amax: axis -1 is given twice"), ShapeError);
  CHECK_THROWS_WITH_AS(amax(ones({0, 3})),
                       Contains("amax: shape (0, 3) has no elements"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(amin(ones({0, 3}), {0}),
                       Contains("amin: shape (0, 3) has no elements"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {2, 4}),
                       Contains("shape (2, 3) cannot become (2, 4)"),
                       ShapeError);
}

TEST_CASE("shape ops name what does not fit") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(reshape(x, {4}),
                       Contains("(2, 3) has 6 elements, but (4,) has 4"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(transpose(x, {0}),
                       Contains("transpose: 1 axes for shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(transpose(x, {0, 0}),
                       Contains("transpose: axis 0 is given twice"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(transpose(x, {0, 2}),
                       Contains("transpose: axis 2 does not exist in rank 2"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(concatenate<double>({}),
                       Contains("concatenate: there are no parts"), ShapeError);
  CHECK_THROWS_WITH_AS(concatenate<double>({x, x}, 2),
                       Contains("concatenate: axis 2 does not exist"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(concatenate<double>({x, ones({2, 4})}),
                       Contains("(2, 3) and (2, 4) differ"), ShapeError);
  CHECK_THROWS_WITH_AS(stack<double>({}), Contains("stack: there are no parts"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(stack<double>({x}, 4),
                       Contains("stack: axis 4 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(stack<double>({x, ones({})}, 1),
                       Contains("stack: all parts need one shape, but they are (2, 3) and () [errors_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(slice(x, {{1, 1, 2, false}}),
                       Contains("slice: places 1 to 2 are outside axis 0"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(view(x, 2), Contains("outside axis 0 of shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(view(x, 0, 0, 0),
                       Contains("view: 3 slices for a tensor of shape (2, 3)"),
                       ShapeError);
}

TEST_CASE("products and losses name the shapes they need") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(matmul(x, Tensor<double>(2)),
                       Contains("a number is no matrix"), ShapeError);
  CHECK_THROWS_WITH_AS(matmul(x, ones({2, 4})),
                       Contains("Did you mean matmul(transpose(a), b)?"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(matmul(ones({2, 5, 3}), ones({4, 3, 6})),
                       Contains("Leading axes"), ShapeError);
  CHECK_THROWS_WITH_AS(linear(x, ones({4, 2}), ones({2})),
                       Contains("linear: needs x (..., in)"), ShapeError);
  CHECK_THROWS_WITH_AS(binary_cross_entropy(x, ones({3})),
                       Contains("Use reshape on one of them"), ShapeError);
  CHECK_THROWS_WITH_AS(binary_cross_entropy_with_logits(ones({0}), ones({0})),
                       Contains("mean of no elements"), ShapeError);
  CHECK_THROWS_WITH_AS(clip(x, 2, 1),
                       Contains("clip: low 2.000000 is above high 1.000000"),
                       DomainError);
}

TEST_CASE("tensors and shapes name what they were asked for") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(x.item(),
                       Contains("needs one element, but the shape is (2, 3)"),
                       ShapeError);
  const std::array<std::size_t, 1> long_axis{std::size_t(1) << 32};
  CHECK_THROWS_WITH_AS(Shape{long_axis}, Contains("4294967296 make no shape, an axis is at most 2^32 - 1"),
                       ShapeError);
  const Tape tape;
  CHECK_THROWS_WITH_AS(exp(Tensor<double>()),
                       Contains("exp: an input is an empty tensor"),
                       ShapeError);
}

TEST_CASE("scalars name what they were asked for") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(variable(1.0),
                       Contains("a scalar belongs to a tape, but none records"),
                       TapeError);
  CHECK_THROWS_WITH_AS(element(x, 6),
                       Contains("place 6 is outside a tensor of shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(x(0), Contains("1 indices for a tensor of shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(x(0, 3), Contains("index 3 on axis 1 is outside"),
                       ShapeError);
  Scalar<double> old;
  {
    const Tape tape;
    old = variable(2.0);
  }
  Tape tape;
  CHECK_THROWS_WITH_AS(
      Scalar<double>(old * 2.0), Contains("scalar: it was made on another tape"), TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(old),
                       Contains("the scalar depends on nothing"), TapeError);
  Scalar<double> a = variable(2.0), b = a * a;
  CHECK_THROWS_WITH_AS(tape.backward(b, {.create_graph = true}),
                       Contains("create_graph stops there"), TapeError);
  const Gradients g = tape.backward(b);
  CHECK_THROWS_WITH_AS(g[Scalar<double>(3)],
                       Contains("this scalar is a constant"), TapeError);
  CHECK_THROWS_WITH_AS(g[old], Contains("belongs to another tape"), TapeError);
}

TEST_CASE("create_graph stops where a tensor became scalars, too") {
  const auto w = variable(ones({1}));
  Tape tape;
  const auto y = tensor({w(0) * 3.0});
  CHECK_THROWS_WITH_AS(tape.backward(y, {.create_graph = true}),
                       Contains("use hessian(f) or hvp(f)"),
                       TapeError);
}

TEST_CASE("gradients, marks and foreign tapes") {
  const auto w = variable(ones({2}), "w");
  Tape tape;
  const auto y = sum(w * w);
  CHECK_THROWS_WITH_AS(
      tape.gradient(y, ones({2})),
      Contains("gradient: a tensor of shape (2,) depends on nothing"),
      TapeError);
  const Tape::Mark mark = tape.mark();
  const auto lost = sum(w * 3);
  const Tape::Mark lost_mark = tape.mark();
  tape.rewind(mark);
  CHECK_THROWS_WITH_AS(tape.backward(lost),
                       Contains("on a part that was rewound"), TapeError);
  CHECK_THROWS_WITH_AS(tape.rewind(lost_mark),
                       Contains("the mark is from another tape"), TapeError);
  const Gradients g = tape.backward(y);
  CHECK_THROWS_WITH_AS(g[y], Contains("only variables have a gradient here"),
                       TapeError);
  CHECK_THROWS_WITH_AS(tape.rewind(mark),
                       Contains("rewind: this tape was already swept"),
                       TapeError);
}

TEST_CASE("gradcheck names its misuse") {
  auto f = [](const Tensor<double> &x) { return x * x; };
  CHECK_THROWS_WITH_AS(gradcheck(f, {ones({1}), ones({1})}),
                       Contains("cannot be called with 2 tensors"), Error);
  CHECK_THROWS_WITH_AS(gradcheck(f, {ones({0})}).worst(),
                       Contains("no elements to compare"), Error);
}

TEST_CASE("an optimizer refuses a tensor that is no variable, by name") {
  CHECK_THROWS_WITH_AS(optim::Adam(optim::Parameters{{"fixed", ones({2})}}),
                       Contains("\"fixed\" is no variable"), Error);
}
