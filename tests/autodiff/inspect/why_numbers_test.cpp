// NaNs and infinities that were planted: what tape.why(x) says of them, and where check_numbers stops.
#include <doctest/doctest.h>

#include <limits>

#include <tapegrad/functions/fuse.h>

#include "inspect/why.h"

using namespace tapegrad;
using doctest::Contains;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
std::string line(int number) { return " [why_numbers_test.cpp:" + std::to_string(number) + "]"; }
}  // namespace

// ---- not a number

TEST_CASE("why: log of a negative number") {
  auto w = variable(xt::xarray<double>{{1., 2.}, {-3., 4.}}, "w");
  Tape tape(debugging);
  const auto loss = sum(sqrt(log(w))); const int at = __LINE__;
  tape.backward(loss);
  CHECK(has(tape.why(w), "In the values, log %1" + line(at) + " made nan at element (1, 0) from w = -3."));
}

TEST_CASE("why: division by zero, and infinity minus infinity") {
  auto w = pair_variable(), zero = variable(xt::xarray<double>{1., 0.}, "zero");
  {
    Tape tape(debugging);
    tape.backward(sum(w / zero));
    const std::string told = unlined(tape.why(w));
    CHECK(told == "The gradient of variable \"w\" is not finite: it is inf at element (1). In the values, divide %2 "
                  "made inf "
                  "at element (1) from w = 2 and zero = 0. In backward, divide %2 made inf at element (1) of the "
                  "gradient "
                  "of w from the adjoint 1 and w = 2 and zero = 0.");
  }
  Tape tape(debugging);
  const auto big = exp(w * 1000);
  tape.backward(sum(big * w - big));
  CHECK(has(unlined(tape.why(w)), "In the values, exp %2 made inf at element (0) from %1 = 1000. Then subtract %4 "
                                  "made nan "
                                  "at element (0) from %3 = inf and %2 = inf."));
}

TEST_CASE("why: a NaN that only backward makes, by a factor of 0 that is no mask") {
  auto x = variable(xt::xarray<double>{4., 0.}, "x");
  Tape tape(debugging);
  const auto root = sqrt(x);
  tape.backward(sum(root * 0));
  CHECK(unlined(tape.why(x)) ==
        "The gradient of variable \"x\" is not finite: it is nan at element (1). In backward, sqrt %1 made nan at "
        "element (1) of the gradient of x from the adjoint 0 and x = 0, which is 0 times a derivative that is not "
        "finite: where(mask, a, b) stops that, a factor of 0 does not.");
}

TEST_CASE("why: of two readers the one that made the NaN is named, and where the input was broadcast") {
  auto x = variable(xt::xarray<double>{0., 1.}, "x");
  auto column = variable(Tensor<double>(xt::arange<double>(2).reshape({2, 1})), "column");
  {
    Tape tape(debugging);
    const auto root = sqrt(x) * x;
    tape.backward(sum(root) + sum(exp(x)));
    CHECK(has(unlined(tape.why(x)), "In backward, sqrt %1 made nan at element (0) of the gradient of x"));
  }
  Tape tape(debugging);
  tape.backward(sum(pow(column, Tensor<double>(xt::xarray<double>{2., 0.5}))));
  CHECK(has(unlined(tape.why(column)), "made inf at element (0, 0) of the gradient of column from the adjoint 1 and "
                                       "column = 0 and constant = 0.5."));
}

TEST_CASE("why: NaN in the data, in a product of matrices, and in a fused op") {
  auto w = variable(xt::xarray<double>{{1., no_number}}, "w"), v = variable(xt::xarray<double>{{1e300, 1.}}, "v");
  {
    Tape tape(debugging);
    tape.backward(sum(w * w));
    CHECK(has(unlined(tape.why(w)), "In the values, variable \"w\" holds nan at element (0, 1)."));
  }
  {
    Tape tape(debugging);
    tape.backward(sum(v * Tensor<double>(xt::xarray<double>{no_number, 1.})));
    CHECK(has(unlined(tape.why(v)), "multiply %1 read a constant of shape (2,) that holds nan at element (0)."));
  }
  {
    Tape tape(debugging);
    tape.backward(sum(square(matmul(v, Tensor<double>(xt::xarray<double>{{1., 1e300}, {2., 2.}})))));
    CHECK(has(unlined(tape.why(v)),
              "In the values, matmul %1 made inf at element (0, 1) from row 0 of v = [1e+300 1] and column 1 of "
              "constant = "
              "[1e+300 2]."));
  }
  Tape tape(debugging);
  tape.backward(sum(fuse([](auto x) { return log(x - 1); }, v)));
  CHECK(has(unlined(tape.why(v)), "In the values, fuse %1 made -inf at element (0, 1) from v = 1."));
}

// ---- check_numbers

TEST_CASE("check_numbers stops at the op that made it, forward, with the same sentence") {
  auto w = variable(xt::xarray<float>{{1.f, 2.f, 0.f}}, "w");
  Tape tape({.check_numbers = true});
  CHECK_THROWS_WITH_AS(log(w), Contains("log %1 [why_numbers_test.cpp:"), NumberError);
  CHECK_THROWS_WITH_AS(log(w), Contains("made -inf at element (0, 2) from w = 0"), NumberError);
  CHECK_THROWS_WITH_AS(exp(w * 1000), Contains("made inf at element (0, 0) from %"), NumberError);
  CHECK_THROWS_WITH_AS(fuse([](auto x, auto y) { return x / y; }, w, w - w), Contains("fuse %"), NumberError);
  CHECK(tape.backward(sum(w * w))[w].value()(0, 1) == 4);  // the tape goes on
}

TEST_CASE("check_numbers names data that is no number, in variables, constants, seeds and scalars") {
  auto w = pair_variable(), bad = variable(xt::xarray<double>{{0., no_number}}, "bad");
  Tape tape({.check_numbers = true});
  CHECK_THROWS_WITH_AS(bad * 2, "variable \"bad\" holds nan at element (0, 1)", NumberError);
  CHECK_THROWS_WITH_AS(w * Tensor<double>(xt::xarray<double>{1., infinity}),
                       Contains("read a constant of shape (2,) that holds inf at element (1)"), NumberError);
  CHECK_THROWS_WITH_AS(Scalar<double>(log(variable(-1., "a"))), "scalar: a statement made nan from a = -1.000000",
                       NumberError);
  CHECK_THROWS_WITH_AS(tape.backward(w * 2, {.seed = Tensor<double>(xt::xarray<double>{1., no_number})}),
                       Contains("backward: the seed holds nan at element (1)"), NumberError);
  CHECK(tape.backward(sum(w * 2))[w].value()(0) == 2);
}

TEST_CASE("check_numbers stops at the rule that made it, backward, and the tape is broken") {
  auto x = variable(xt::xarray<double>{4., 0.}, "x");
  Tape tape({.check_numbers = true});
  const auto loss = sum(sqrt(x) * 0);
  CHECK_THROWS_WITH_AS(
      tape.backward(loss),
      Contains("made nan at element (1) of the gradient of x from the adjoint 0 and x = 0, which is 0 "
               "times a derivative that is not finite: where(mask, a, b) stops that, a factor of 0 does "
               "not. The tape is broken: its sweep stopped there"),
      NumberError);
  CHECK_THROWS_WITH_AS(tape.backward(loss), Contains("this tape is broken"), TapeError);
  CHECK(has(unlined(tape.why(x)), "In backward, sqrt %1 made nan at element (1)"));
}

TEST_CASE("check_numbers follows scalars: sums in place, and what the sweep makes of them") {
  Tape tape({.check_numbers = true});
  const Scalar<double> x = variable(0., "x");
  Scalar<double> sum = x * x;
  CHECK_THROWS_WITH_AS(sum += std::nan(""), Contains("scalar: a statement made nan"), NumberError);
  const Scalar<double> root = sqrt(x);
  CHECK_THROWS_WITH_AS(tape.backward(root), Contains("backward: the adjoint of scalar \"x\" became inf"), NumberError);
}

TEST_CASE("check_numbers in a recorded sweep") {
  auto x = variable(xt::xarray<double>{4., 0.}, "x");
  Tape tape({.check_numbers = true});
  const auto loss = sum(sqrt(x));
  CHECK_THROWS_AS(tape.backward(loss, {.create_graph = true}), NumberError);
}

