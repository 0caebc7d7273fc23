// Tapes run again: on other inputs, and in double where they were recorded in float.
#include <doctest/doctest.h>

#include "ops/families.h"

using namespace tapegrad;
using doctest::Contains;

namespace {
void same(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(text(a.shape()) == text(b.shape()));
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(1e-14));
}

// Recorded in float and replayed in double: with the same inputs, and with others.
void check_replay(const rows::Row& row, const rows::Shapes& shapes) {
  const std::vector<Tensor<float>> x32 = rows::variables_of<float>(row, shapes, 7);
  const std::vector<Tensor<double>> moved = rows::inputs_of(row, shapes, 8);
  std::vector<Tensor<double>> x64;
  std::vector<ReplayInput<double>> other;
  for (std::size_t i = 0; i < x32.size(); ++i) {
    x64.push_back(cast<double>(constant(x32[i])));
    other.push_back({x32[i], moved[i]});
  }
  Tape tape({.replayable = true});
  const Tensor<float> y = row.call(x32);
  Tape::Pause pause;
  same(tape.replay<double>(y, {}), row.call(x64));
  same(tape.replay<double>(y, other), row.call(moved));
}
}  // namespace

TEST_CASE_TEMPLATE_DEFINE("recorded in float and replayed in double gives what double gives", Family, replays) {
  rows::for_each_sample<Family>(check_replay);
}
TEST_CASE_TEMPLATE_APPLY(replays, rows::Families);

TEST_CASE("a replay is recorded by another tape, with constants and values of the first") {
  const Tensor<float> w = variable(xt::xarray<float>{0.3f, -0.8f, 1.1f}, "w");
  const Tensor<float> x = xt::xarray<float>{1.f, 2.f, 3.f};
  Tape first({.replayable = true});
  const Tensor<float> loss = mean(square(tanh(w * x) - 0.25f));
  first.backward(loss);  // a swept tape can still be replayed
  const Tensor<double> v = variable(cast<double>(constant(w)), "v");
  Tape second;
  const Tensor<double> again = first.replay<double>(loss, {{w, v}});
  const Tensor<double> slope = second.backward(again)[v];
  const GradcheckReport report = gradcheck(
      [&](const Tensor<double>& u) { return mean(square(tanh(u * cast<double>(x)) - 0.25)); }, {v});
  CHECK(report.passed());
  Tape third;
  const Tensor<double> direct = mean(square(tanh(v * cast<double>(x)) - 0.25));
  CHECK(again.item() == direct.item());
  CHECK(slope.value() == third.backward(direct)[v].value());
}

// The row of cast has no shapes: float would hide differences of values.
TEST_CASE("a cast to the other type is differentiated twice, and replayed in one type") {
  const Tensor<float> w = variable(xt::xarray<float>{0.3f, -0.8f}, "w");
  Tape tape({.replayable = true});
  const Tensor<double> wide = cast<double>(w), y = sum(wide * wide * wide);
  const Tensor<float> first = tape.gradient(y, w, {.create_graph = true});
  const Tensor<float> second = tape.gradient(sum(first), w);
  for (int i = 0; i < 2; ++i) {
    const double x = w.value()(i);
    CHECK(first.value()(i) == float(3 * x * x));
    CHECK(second.value()(i) == doctest::Approx(6 * x).epsilon(1e-6));
  }
  Tape::Pause pause;
  CHECK(tape.replay<double>(y, {}).item() == y.item());
  CHECK(tape.replay<float>(y, {}).item() == doctest::Approx(y.item()).epsilon(1e-6));
}

TEST_CASE("what cannot be replayed says why") {
  const Tensor<double> w = variable(xt::xarray<double>{1., 2.}, "w");
  {
    Tape tape;
    const Tensor<double> y = sum(w);
    Tape::Pause pause;
    CHECK_THROWS_WITH_AS(tape.replay<double>(y, {}), Contains("Make it with Tape({.replayable = true})"), TapeError);
  }
  Tape tape({.replayable = true});
  const Tensor<double> y = sum(w), scalar = tensor({w(0) * w(1)}), unrelated = y * 2;
  CHECK_THROWS_WITH_AS(tape.replay<double>(y, {}), Contains("still records"), TapeError);
  Tape::Pause pause;
  CHECK_THROWS_WITH_AS(tape.replay<double>(Tensor<double>(1.), {}), Contains("depends on nothing"), TapeError);
  CHECK_THROWS_WITH_AS(tape.replay<double>(scalar, {}), Contains("cannot be run again"), TapeError);
  CHECK(tape.replay<double>(unrelated, {}).item() == 6);
}

TEST_CASE("check_unrecorded finds what was computed before the tape began") {
  const Tensor<double> w = variable(xt::xarray<double>{1., 2.}, "w"), x = xt::xarray<double>{3., 4.};
  const Tensor<double> early = w * x, constants = x * x;
  {
    Tape tape;
    CHECK(tape.backward(sum(early * w))[w].value()(0) == 3);  // a constant, without the option
  }
  Tape tape({.check_unrecorded = true});
  CHECK_THROWS_WITH_AS(early * w, Contains("computed from a variable before the tape began"), TapeError);
  CHECK_THROWS_WITH_AS(sum(reshape(constant(early), {2}) * w + early), Contains("use constant(x) if that is meant"),
                       TapeError);
  CHECK(tape.backward(sum(constant(early) * w + constants))[w].value()(1) == 8);
}
