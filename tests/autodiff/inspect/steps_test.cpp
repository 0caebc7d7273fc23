// A sweep taken in steps is the plain sweep, and reports what it does; misuse is named.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <sstream>

#include <tapegrad/autodiff.h>
#include <tapegrad/engine/record.h>

#include "ops/families.h"

using namespace tapegrad;
using namespace tapegrad::engine;
using doctest::Contains;

namespace {

template <Real T>
bool same_bits(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

double number(const AnyTensor& x) {
  return std::visit([](const auto& tensor) { return double(tensor.item()); }, x);
}

void check_steps(const rows::Row& row, const rows::Shapes& shapes) {
  const std::vector<Tensor<double>> x = rows::variables_of<double>(row, shapes, 7);
  for (const bool keep : {false, true}) {
    Tape plain;
    const Tensor<double> y = row.call(x);
    if (!plain.contains(y)) continue;
    const Tensor<double> seed = y * 0.3 + 1;
    const Gradients expected = plain.backward(y, {.seed = constant(seed)});
    Tape tape;
    auto steps = tape.begin_backward(row.call(x), {.seed = constant(seed), .keep = keep});
    std::size_t leaves = 0;
    while (auto step = steps.step()) leaves += step->op == "variable";
    const Gradients g = steps.gradients();
    CHECK(g.size() == expected.size());
    CHECK(leaves == expected.size());
    for (const Tensor<double>& w : x) {
      CHECK(g.contains(w) == expected.contains(w));
      if (g.contains(w)) CHECK(same_bits(g[w], expected[w]));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("steps give the gradients of backward bit by bit, and add up to them", Family, steps_of) {
  rows::for_each_sample<Family>(check_steps);
}
TEST_CASE_TEMPLATE_APPLY(steps_of, rows::Families);

TEST_CASE("a step says what its rule added to which adjoint") {
  const auto a = variable(Tensor<double>(2.), "a"), b = variable(Tensor<double>(3.), "b");
  Tape tape;
  const auto y = a * b + a;  // dy/da = b + 1 = 4, dy/db = a = 2
  auto steps = tape.begin_backward(y);
  auto step = steps.step();
  REQUIRE(step);
  CHECK(step->op == "add");
  CHECK(step->entry == 3);
  CHECK(text(step->site).find("steps_test.cpp:") != std::string::npos);
  CHECK(number(step->adjoint) == 1);
  REQUIRE(step->inputs.size() == 2);
  CHECK(step->inputs[0].entry == 2);
  CHECK(number(step->inputs[0].added) == 1);
  CHECK(step->inputs[1].label == "a");
  CHECK(number(step->inputs[1].adjoint) == 1);
  step = steps.step();
  REQUIRE(step);
  CHECK(step->op == "multiply");
  CHECK(step->inputs[0].label == "a");
  CHECK(number(step->inputs[0].added) == 3);
  CHECK(number(step->inputs[0].adjoint) == 4);
  std::ostringstream printed;
  printed << *step;
  CHECK(printed.str() == "%2 multiply, adjoint 1\n    %0 a += 3, now 4\n    %1 b += 2\n");
  step = steps.step();
  REQUIRE(step);
  CHECK(step->label == "b");
  CHECK(number(step->adjoint) == 2);
  CHECK(step->inputs.empty());
  const Gradients g = steps.gradients();  // takes the last step, that of a
  CHECK(g[a].item() == 4);
  CHECK(g[b].item() == 2);
}

TEST_CASE("an input that an op reads twice is one input of the step") {
  const auto x = variable(Tensor<double>(3.), "x");
  Tape tape;
  auto steps = tape.begin_backward(x * x);
  const auto step = steps.step();
  REQUIRE(step);
  REQUIRE(step->inputs.size() == 1);
  CHECK(number(step->inputs[0].added) == 6);
}

TEST_CASE("steps through scalars name the scalars, and give their gradients") {
  Tape tape;
  const Scalar<double> a = variable(2., "a"), b = variable(5., "b");
  const Scalar<double> y = a * b + a;
  auto steps = tape.begin_backward(y);
  const auto step = steps.step();
  REQUIRE(step);
  CHECK(step->op == "scalars");
  REQUIRE(step->inputs.size() == 2);
  CHECK(step->inputs[0].label == "a");
  CHECK(number(step->inputs[0].added) == 6);
  CHECK(step->inputs[1].label == "b");
  CHECK(number(step->inputs[1].adjoint) == 2);
  const Gradients g = steps.gradients();
  CHECK(g[a] == 6);
  CHECK(g[b] == 2);
}

TEST_CASE("steps pass from a tensor to scalars and back") {
  const auto w = variable(xt::xarray<double>{2., 3.}, "w");
  Tape tape;
  auto steps = tape.begin_backward(sum(tensor({w(0) * w(1), w(0) * w(0)})));  // 2 3 + 2 2
  const Gradients g = steps.gradients();
  CHECK(g[w].value()(0) == 7);
  CHECK(g[w].value()(1) == 2);
}

TEST_CASE("while a sweep is stepped, ops compute and record nothing") {
  const auto w = variable(Tensor<double>(3.), "w");
  Tape tape;
  const auto y = w * w;
  const std::size_t before = tape.size();
  {
    auto steps = tape.begin_backward(y, {.keep = true});
    CHECK(Tape::current() == nullptr);
    CHECK((y * w).item() == 27);
    CHECK(tape.size() == before);
    CHECK(steps.gradients()[w].item() == 6);
    CHECK(Tape::current() == &tape);
  }
  CHECK(tape.backward(y * w)[w].item() == 27);  // it records again
}

TEST_CASE("steps on a paused tape leave it paused") {
  const auto w = variable(Tensor<double>(3.), "w");
  Tape tape;
  const auto y = w * w;
  {
    Tape::Pause pause;
    CHECK(tape.begin_backward(y, {.keep = true}).gradients()[w].item() == 6);
    CHECK(Tape::current() == nullptr);
  }
  CHECK(Tape::current() == &tape);
}

TEST_CASE("misuse of steps is named") {
  const auto w = variable(Tensor<double>(3.), "w");
  Tape tape;
  const auto y = w * w;
  const Tape::Mark mark = tape.mark();
  CHECK_THROWS_WITH_AS(static_cast<void>(tape.begin_backward(y, {.create_graph = true})),
                       Contains("begin_backward: steps are not recorded, so there is no create_graph [steps_test.cpp"),
                       TapeError);
  {
    auto steps = tape.begin_backward(y, {.keep = true});
    const auto being_stepped = Contains("a sweep of this tape is being stepped");
    CHECK_THROWS_WITH_AS(static_cast<void>(tape.begin_backward(y)), being_stepped, TapeError);
    CHECK_THROWS_WITH_AS(tape.backward(y), being_stepped, TapeError);
    CHECK_THROWS_WITH_AS(tape.gradient(y, w), being_stepped, TapeError);
    CHECK_THROWS_WITH_AS(tape.rewind(mark), being_stepped, TapeError);
    {
      Tape other;
      CHECK_THROWS_WITH_AS(steps.step(), Contains("step: a tape records on this thread"), TapeError);
    }
    while (steps.step()) {}
    CHECK_THROWS_WITH_AS(steps.step(), Contains("the sweep has ended, there is nothing more to step"), TapeError);
    CHECK(steps.gradients()[w].item() == 6);
  }
  CHECK(tape.backward(y)[w].item() == 6);
  CHECK_THROWS_WITH_AS(static_cast<void>(tape.begin_backward(y)),
                       Contains("begin_backward: this tape was already swept"), TapeError);
}

TEST_CASE("steps that are given up half way leave a kept tape usable and another one swept") {
  const auto w = variable(Tensor<double>(3.), "w");
  for (const bool keep : {true, false}) {
    Tape tape;
    const auto y = exp(w * w);
    {
      auto steps = tape.begin_backward(y, {.keep = keep});
      CHECK(steps.step());
    }
    if (keep) CHECK(tape.backward(y)[w].item() == doctest::Approx(6 * std::exp(9.)));
    else CHECK_THROWS_WITH_AS(tape.backward(y), Contains("backward: this tape was already swept"), TapeError);
  }
}

TEST_CASE("steps whose tape has ended say so") {
  const auto w = variable(Tensor<double>(3.), "w");
  std::optional<Tape> tape(std::in_place);
  auto steps = tape->begin_backward(w * w, {.keep = true});
  CHECK(steps.step());
  tape.reset();
  CHECK_THROWS_WITH_AS(steps.step(), Contains("step: the tape of this sweep has ended"), TapeError);
  CHECK_THROWS_WITH_AS(steps.gradients(), Contains("the tape of this sweep has ended"), TapeError);
  const Tape next;  // the thread can record again
  CHECK(Tape::current() == &next);
}

namespace {
struct Throws {
  static constexpr OpTraits traits{.name = "throws"};
  auto operator()(const auto& x) const { return x[0]; }
};
}  // namespace

TEST_CASE("a rule that throws in a step breaks the tape") {
  const auto w = variable(Tensor<double>(3.), "w");
  Tape tape;
  const auto y = w * w;
  Tensor<double> bad = Tensor<double>::full({}, 1);
  const CallSite here = CallSite::current();
  Inputs in(Throws::traits.name, here, y);
  in.record(bad, Throws{}, pointwise([](Sweep&, const Tensor<double>&) { throw Error("no derivative"); }));
  auto steps = tape.begin_backward(bad);
  CHECK_THROWS_WITH_AS(steps.step(), Contains("no derivative"), Error);
  CHECK_THROWS_WITH_AS(steps.step(), Contains("the rule of throws [steps_test.cpp"), TapeError);
  CHECK_THROWS_WITH_AS(steps.gradients(), Contains("no derivative"), TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(y), Contains("this tape is broken"), TapeError);
}
