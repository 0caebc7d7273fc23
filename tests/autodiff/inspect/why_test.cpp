// Planted mistakes, each with the sentence that tape.why(x) must say.
#include <doctest/doctest.h>

#include "inspect/why.h"

using namespace tapegrad;
using doctest::Contains;

namespace {
std::string line(int number) { return " [why_test.cpp:" + std::to_string(number) + "]"; }
}  // namespace

// ---- missing

TEST_CASE("why: a variable that was never used") {
  auto w = pair_variable(), unused = pair_variable("unused");
  Tape tape(debugging);
  tape.backward(sum(w * w));
  CHECK(tape.why(unused) == "Variable \"unused\" of shape (2,) was never read on this tape.");
}

TEST_CASE("why: a variable that leads to another result than the one swept, with its lines") {
  auto w = pair_variable(), v = pair_variable("v");
  Tape tape(debugging);
  const auto other = sum(v); const int other_line = __LINE__;
  const auto loss = sum(w * w); const int loss_line = __LINE__;
  tape.backward(loss);
  CHECK(tape.why(v) == "No gradient reaches variable \"v\" from the result that was swept, sum %4" + line(loss_line) +
                           ". It leads only to sum %1" + line(other_line) + ".");
  CHECK(other.item() == 3);
}

TEST_CASE("why: a variable that is used only after a stop_gradient") {
  auto w = pair_variable(), v = pair_variable("v");
  Tape tape(debugging);
  const auto doubled = v * 2;
  const auto loss = sum(w * stop_gradient(doubled)); const int at = __LINE__;
  tape.backward(loss);
  CHECK(has(tape.why(v), "It is cut by stop_gradient %2" + line(at) + ", which reads scale %1"));
  CHECK(unlined(tape.why(v)) == "No gradient reaches variable \"v\" from the result that was swept, sum %5. "
                                "It is cut by stop_gradient %2, which reads scale %1.");
  CHECK(unlined(tape.why(doubled)) == "No gradient reaches scale %1 from the result that was swept, sum %5. "
                                      "It is cut by stop_gradient %2.");
}

TEST_CASE("why: a variable that is only compared") {
  auto w = pair_variable(), v = pair_variable("v");
  Tape tape(debugging);
  tape.backward(sum(where(v > 1.5, w, 0)));
  CHECK(unlined(tape.why(v)) == "No gradient reaches variable \"v\" from the result that was swept, sum %4. "
                                "It is cut by greater %1: a comparison has no derivative.");
}

TEST_CASE("why: a variable that is only asked for its largest place") {
  auto logits = variable(xt::xarray<double>{{1., 2.}, {4., 3.}}, "logits"), w = pair_variable();
  Tape tape(debugging);
  const Indices best = argmax(logits, 1);
  tape.backward(sum(w * double(best.data()[0])));
  CHECK(unlined(tape.why(logits)) == "No gradient reaches variable \"logits\" from the result that was swept, sum %4. "
                                     "It is cut by argmax %1: a place has no derivative.");
}

TEST_CASE("why: values that were taken out and put back, and constant()") {
  auto w = pair_variable(), v = pair_variable("v");
  Tape tape(debugging);
  const auto squared = v * v;
  const Tensor<double> again = squared.value();
  const double total = sum(squared).item();
  const auto loss = sum(w * again) + total + sum(constant(v)) + squared.value()(0);
  tape.backward(loss);
  const std::string told = unlined(tape.why(v));
  CHECK_MESSAGE(has(told, "It is cut by value %2, which reads multiply %1: a gradient does not follow values that "
                          "leave "
                          "the tape and item %4, which reads sum %3: a gradient does not follow values that leave the "
                          "tape and "), told);
  CHECK_MESSAGE(has(told, " and 1 more."), told);
}

TEST_CASE("why: computed before the tape began") {
  auto w = pair_variable();
  const auto early = w * 3;
  Tape tape(debugging);
  auto v = pair_variable("v");
  tape.backward(sum(v * early));
  CHECK(tape.why(early) == "This tensor of shape (2,) was computed from a variable before the tape began, so it is a "
                           "constant here. Compute it while the tape records.");
  CHECK(unlined(tape.why(w)) ==
        "Variable \"w\" of shape (2,) was never read on this tape. multiply %1 reads a constant that was computed "
        "from a "
        "variable before the tape began: if that was this one, compute it while the tape records.");
  CHECK(has(tape.why(Tensor<double>(1.)), "is a constant here"));
}

TEST_CASE("why: a stale tensor, an empty one, no sweep yet, and a sweep that went only part of the way") {
  auto w = pair_variable();
  Tensor<double> old;
  {
    Tape tape;
    old = w * w;
  }
  Tape tape(debugging);
  const auto doubled = w * 2;
  const auto loss = sum(doubled * doubled);
  CHECK(unlined(tape.why(w)) == "Nothing was swept yet, so variable \"w\" has no gradient. It leads to sum %3.");
  CHECK(has(tape.why(old), "was recorded on another tape"));
  CHECK_THROWS_WITH_AS(tape.why(Tensor<double>()), Contains("why: an input is an empty tensor"), ShapeError);
  CHECK(tape.gradient(loss, doubled).value()(1) == 8);
  CHECK(unlined(tape.why(w)) == "No adjoint arrived at variable \"w\": gradient() swept only what lies between "
                                "sum %3 and what it was asked for. Use backward().");
  CHECK(has(unlined(tape.why(doubled)), "The gradient of scale %1 is finite and not 0"));
}

TEST_CASE("why: a tape that keeps no values says what it cannot know") {
  auto w = pair_variable(), v = pair_variable("v");
  Tape tape;
  const auto other = sum(v * 2);
  tape.backward(sum(w * w));
  CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" came from sum %5, but this tape keeps no values to "
                                "tell "
                                "more. Make it with Tape({.keep_values = true}).");
  CHECK(has(unlined(tape.why(v)), "It leads only to sum %2. This tape notes no cuts."));
  CHECK(has(tape.why(pair_variable()), "Tape({.check_unrecorded = true}) finds where"));
  CHECK(other.item() == 6);
}

// ---- zero

TEST_CASE("why: a relu whose inputs are all negative, and one with a live element that nobody wants") {
  xt::xarray<double> negative = -xt::ones<double>({4, 8});
  auto b = variable(negative, "b");
  {
    Tape tape(debugging);
    const auto loss = sum(relu(b)); const int at = __LINE__;
    tape.backward(loss);
    CHECK(tape.why(b) == "The gradient of variable \"b\" is exactly 0. relu %1" + line(at) +
                             " stopped it: 32 of 32 elements of its input are negative.");
  }
  negative(3, 7) = 1;
  b.set_value(negative);
  Tape tape(debugging);
  tape.backward(sum(view(relu(b), xt::range(0, 3))));
  CHECK(unlined(tape.why(b)) == "The gradient of variable \"b\" is exactly 0. relu %1 stopped it: 31 of 32 elements of "
                                "its input are negative, and the adjoint of the others was 0.");
}

TEST_CASE("why: multiplied by exact zero, by an operand and by a number") {
  auto w = pair_variable(), gate = variable(xt::xarray<double>{0., 0.}, "gate");
  auto row = variable(xt::ones<double>({1, 2}), "row");
  {
    Tape tape(debugging);
    tape.backward(sum(w * gate));
    CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" is exactly 0. multiply %2 stopped it: it "
                                  "multiplies by "
                                  "exact 0: gate is 0 at 2 of 2 elements.");
  }
  {
    Tape tape(debugging);
    tape.backward(sum(exp(w) * 0));
    CHECK(unlined(tape.why(w)) ==
          "The gradient of variable \"w\" is exactly 0. scale %2 stopped it: it multiplies by the number 0.");
  }
  Tape tape(debugging);
  tape.backward(sum(matmul(row, Tensor<double>(xt::zeros<double>({2, 3})))));
  CHECK(unlined(tape.why(row)) == "The gradient of variable \"row\" is exactly 0. matmul %1 stopped it: it "
                                  "multiplies by "
                                  "exact 0: constant is 0 at 6 of 6 elements.");
}

TEST_CASE("why: outside of the limits of clip, a step, a side that was never chosen, a maximum that was lost") {
  auto w = pair_variable();
  auto why_of = [&w](auto f) {
    Tape tape(debugging);
    tape.backward(sum(f(w)));
    return unlined(tape.why(w));
  };
  const std::string zero = "The gradient of variable \"w\" is exactly 0. ";
  const Tensor<double> ten = xt::xarray<double>{10., 10.};
  CHECK(why_of([](const auto& x) { return clip(x * 3, -1, 2); }) ==
        zero + "clip %2 stopped it: 2 of 2 elements of its input are outside of the limits, 0 below and 2 above.");
  CHECK(why_of([](const auto& x) { return step(x); }) == zero + "step %1 stopped it: its derivative is 0 everywhere.");
  CHECK(why_of([&](const auto& x) { return where(x > 5, x, ten); }) ==
        zero + "where %2 stopped it: it took w at 0 of 2 elements.");
  CHECK(why_of([&](const auto& x) { return maximum(x, ten); }) ==
        zero + "maximum %1 stopped it: it took w at 0 of 2 elements.");
  CHECK(why_of([](const auto& x) { return x - x; }) ==
        zero + "What subtract %1 gave to w cancelled to exactly 0 in the sum.");
  CHECK(why_of([](const auto& x) { return pow(x - x, 3); }) ==
        zero + "power %2 stopped it: its derivative is 0 where the adjoint is not, for example at element (0) from "
               "%1 = 0.");
}

TEST_CASE("why: parts that cancel, of two readers and in a sum over rows") {
  auto w = pair_variable(), bias = variable(xt::xarray<double>{1.}, "bias");
  {
    Tape tape(debugging);
    const auto plus = sum(w * 3), minus = sum(w * -3);
    tape.backward(plus + minus);
    CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" is exactly 0. What scale %1 gave to w cancelled to "
                                  "exactly 0 in the sum with what others gave. What scale %3 gave to w cancelled to "
                                  "exactly 0 in the sum with what others gave.");
  }
  Tape tape(debugging);
  const Tensor<double> rows = xt::ones<double>({2, 3}), weight = xt::ones<double>({3, 1});
  tape.backward(linear(rows, weight, bias), {.seed = Tensor<double>(xt::arange<double>(-1, 2, 2).reshape({2, 1}))});
  CHECK(unlined(tape.why(bias)) == "The gradient of variable \"bias\" is exactly 0. What linear %1 gave to bias "
                                   "cancelled "
                                   "to exactly 0 in the sum.");
}

TEST_CASE("why: two mistakes at once are both told, and a seed of zeros") {
  auto w = pair_variable();
  {
    Tape tape(debugging);
    const auto of_relu = sum(relu(-w)), of_sign = sum(sign(w));
    tape.backward(of_relu + of_sign);
    const std::string told = unlined(tape.why(w));
    CHECK_MESSAGE(has(told, "relu %2 stopped it: 2 of 2 elements of its input are negative."), told);
    CHECK_MESSAGE(has(told, "sign %4 stopped it: its derivative is 0 everywhere."), told);
  }
  Tape tape(debugging);
  const auto y = w * w;
  tape.backward(y, {.seed = Tensor<double>(xt::zeros<double>({2}))});
  CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" is exactly 0. The seed of the sweep, the adjoint of "
                                "multiply %1, is 0.");
}

TEST_CASE("why: underflow and saturation in float") {
  auto w = variable(xt::xarray<float>{1.f, 2.f}, "w");
  {
    Tape tape(debugging);
    tape.backward(sum(w * 1e-30f * 1e-20f));
    const std::string told = unlined(tape.why(w));
    CHECK_MESSAGE(told == "The gradient of variable \"w\" is exactly 0. scale %1 stopped it: underflow: an adjoint "
                          "of at "
                          "most 1e-20 became about 1e-50, below the smallest float, 1.401e-45.",
                  told);
  }
  Tape tape(debugging);
  tape.backward(sum(sigmoid(w * 20)));
  const std::string told = unlined(tape.why(w));
  CHECK_MESSAGE(has(told, "sigmoid %2 stopped it: its derivative, 2.061e-09, is too small beside 1 for a float: "
                          "saturated"), told);
}

// ---- size

TEST_CASE("why: a product that explodes, a saturated sigmoid, and a gradient with nothing wrong") {
  auto w = pair_variable();
  {
    Tape tape(debugging);
    Tensor<double> x = w;
    for (int i = 0; i < 4; ++i) x = x * (i == 2 ? 1e6 : 100.);
    tape.backward(sum(x));
    CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" is huge: its norm is 1.414e+12. It grew most in "
                                  "scale "
                                  "%3, by a factor of 1e+06; 5 of the 5 ops on its way made it larger.");
  }
  {
    Tape tape(debugging);
    tape.backward(sum(sigmoid(w * 30)));
    const std::string told = unlined(tape.why(w));
    CHECK_MESSAGE(has(told, "The gradient of variable \"w\" is tiny: its norm is 2.804e-12."), told);
    CHECK_MESSAGE(has(told, "It shrank most in sigmoid %2, by a factor of 1.513e+13: it is saturated, its "
                            "derivative is "
                            "at most 9.348e-14; 1 of the 3 ops on its way made it smaller."), told);
  }
  Tape tape(debugging);
  const auto y = w * w;
  tape.backward(sum(y));
  CHECK(unlined(tape.why(w)) == "The gradient of variable \"w\" is finite and not 0: its norm is 4.472, its largest "
                                "element 4 at element (1). It comes from sum %2 through multiply %1.");
  CHECK(has(unlined(tape.why(y)), "its norm is 1.414"));
}

// ---- scalars

TEST_CASE("why: scalar statements whose adjoints are 0, a scalar that was swept") {
  auto w = pair_variable(), v = pair_variable("v");
  {
    Tape tape(debugging);
    tape.backward(tensor(w(0) * Scalar<double>(0)) * 3);
    CHECK(has(unlined(tape.why(w)), "No adjoint arrived at variable \"w\": the scalar statements between it and "
                                    "scale %"));
  }
  Tape tape(debugging);
  const auto other = sum(v);
  const Scalar<double> s = log(w(1));
  tape.backward(s);
  CHECK(has(unlined(tape.why(v)), "No gradient reaches variable \"v\" from the result that was swept, scalars %"));
  CHECK(has(unlined(tape.why(w)), "its largest element 0.5 at element (1); 1 of 2 elements are 0. It comes from "
                                  "scalars"));
  CHECK(other.item() == 3);
}

TEST_CASE("why goes through scalar statements") {
  auto w = pair_variable();
  Tape tape(debugging);
  const Scalar<double> s = w(0) * w(1);
  const auto loss = tensor(s) * 3;
  tape.backward(loss);
  CHECK(has(unlined(tape.why(w)), "The gradient of variable \"w\" is finite and not 0: its norm is 6.708"));
  CHECK(tape.why(pair_variable()) == "Variable \"w\" of shape (2,) was never read on this tape.");
}

TEST_CASE("why: parts that cancel in a product with centred data, and an adjoint that is zero in one part") {
  const auto w = variable(xt::xarray<double>{{1., 0.}, {2., 0.}}, "w");
  const Tensor<double> x = xt::xarray<double>{{1., 1.}, {-1., -1.}};
  {
    Tape tape(debugging);
    tape.backward(sum(matmul(x, w)), {.keep = true});
    CHECK(has(tape.why(w), "What matmul %1"));
    CHECK(has(tape.why(w), "gave to w cancelled to exactly 0 in the sum"));
  }
  const auto a = variable(xt::xarray<double>{1., 2., 3.}, "a"), b = variable(xt::xarray<double>{9.}, "b");
  Tape tape(debugging);
  tape.backward(amax(concatenate<double>({a, b})), {.keep = true});
  CHECK(has(tape.why(a), "its adjoint is 0 in all elements that come from a"));
}
