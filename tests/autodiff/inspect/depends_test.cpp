// What why and explain may say of one element: as the op declares how its output depends on its inputs.
#include <doctest/doctest.h>

#include <tapegrad/custom/custom_op.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/inspect/explain.h>

#include "inspect/why.h"

using namespace tapegrad;
using doctest::Contains;

namespace {

using Doubles = xt::xarray<double>;

// Keeps the shape, but element i depends on all elements up to i.
const auto running_sum = custom_op(
    "running_sum", [](const auto& x) { return Doubles(xt::cumsum(x, 0)); },
    [](const auto& g) { return Doubles(xt::flip(Doubles(xt::cumsum(Doubles(xt::flip(g, 0)), 0)), 0)); });

// Keeps the shape, but each element is another one.
const auto reversed = custom_op(
    "reversed", [](const auto& x) { return Doubles(xt::flip(x, 0)); },
    [](const auto& g) { return Doubles(xt::flip(g, 0)); });

const auto backward_of_product = [](const Tensor<double>& g, const Tensor<double>& a, const Tensor<double>& b) {
  return std::tuple(sum_to(g * b, a.shape()), sum_to(g * a, b.shape()));
};
const auto product_forward = [](const Tensor<double>& a, const Tensor<double>& b) { return with_saved(a * b, a, b); };

}  // namespace

TEST_CASE("why: a custom op that keeps its shape is not taken for elementwise") {
  const auto w = variable(xt::xarray<double>{1e308, 1e308, 3.}, "w");
  {
    Tape tape(debugging);
    tape.backward(sum(running_sum(w)));
    const std::string told = unlined(tape.why(w));
    CHECK_MESSAGE(told.find("is finite and not 0") != std::string::npos, told);
  }
  {
    Tape tape(debugging);
    tape.backward(sum(square(running_sum(w))));
    const std::string told = unlined(tape.why(w));
    CHECK_MESSAGE(has(told, "running_sum %1 made inf at element (1) from w with elements from 3 to 1e+308."), told);
  }
  const auto x = variable(xt::xarray<double>{4., 9., 0.}, "x");
  const auto broken = custom_op(
      "broken", [](const auto& a) { return with_saved(Doubles(xt::flip(a, 0)), a); },
      [](const auto& g, const auto& a) { return Doubles(Doubles(xt::flip(g, 0)) / a); });
  Tape tape(debugging);
  tape.backward(sum(broken(x)));
  const std::string told = unlined(tape.why(x));
  CHECK_MESSAGE(has(told, "In backward, broken %1 made inf at element (2) of the gradient of x from an adjoint of "
                          "norm "), told);
}

TEST_CASE("why: an adjoint of 0 where another element was read is not blamed on the element that stands there") {
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  Tape tape(debugging);
  tape.backward(reversed(w), {.seed = Tensor<double>(xt::xarray<double>{0., 1.})});
  CHECK(has(unlined(tape.why(w)), "its largest element 1 at element (0)"));
}

TEST_CASE("why and explain: a custom op that is declared by_element") {
  const auto product = custom_op("product", product_forward, backward_of_product, {.by_element = true});
  const auto silent = custom_op("product", product_forward, backward_of_product);
  const auto a = variable(xt::xarray<double>{2., 1e300}, "a"), b = variable(xt::xarray<double>{3., 1e300}, "b");
  const auto said_of = [&](const auto& op) {
    Tape tape(debugging);
    tape.backward(sum(square(op(a, b))));
    return unlined(tape.why(a));
  };
  CHECK_MESSAGE(has(said_of(product), "product %2 made inf at element (1) from a = 1e+300 and b = 1e+300"),
                said_of(product));
  CHECK_MESSAGE(has(said_of(silent), "product %2 made inf at element (1) from a with elements from 2 to 1e+300 and b"),
                said_of(silent));
  const auto one = custom_op(
      "thrice", [](const Tensor<double>& x) { return x * 3; }, [](const Tensor<double>& g) { return g * 3; },
      {.by_element = true});
  Tape tape(debugging);
  const std::string told = tape.explain(sum(one(b))).text;
  CHECK_MESSAGE(told.find("thrice: d%1/db = [3 3], so dL/db = ") != std::string::npos, told);
}

TEST_CASE("a custom op declared by_element whose result has another shape is an error with the line") {
  const auto total = custom_op(
      "total", [](const auto& x) { return Doubles(xt::sum(x)); }, [](const auto& g) { return g; },
      {.by_element = true});
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  Tape tape;
  CHECK_THROWS_WITH_AS(total(w), Contains("custom op total: it was declared by_element, but its result has shape () "
                                          "and its inputs broadcast to (2,) [depends_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(total(w), Contains("Leave {.by_element = true} out where elements depend on others"),
                       ShapeError);
}

TEST_CASE("why: a product that a recorded sweep reads transposed is not told by row and column") {
  const auto w = variable(xt::xarray<double>{{1., 1.}, {1., 1.}}, "w");
  const auto v = variable(xt::xarray<double>{{1e200, 1.}, {1., 1.}}, "v");
  const Tensor<double> x = xt::xarray<double>{{1e200, 2.}, {3., 4.}};
  Tape tape(debugging);
  const auto g = tape.backward(sum(matmul(w, x) * v), {.create_graph = true})[w];
  tape.backward(sum(square(g)));
  const std::string told = unlined(tape.why(v));
  CHECK_MESSAGE(has(told, " made inf at element (0, 0) from "), told);
  CHECK_MESSAGE(!has(told, "column 0 of"), told);
}

TEST_CASE("functions of any number of tensors carry the user's line") {
  const auto x = variable(xt::xarray<double>{1., 2.}, "x");
  const Tensor<double> other = xt::xarray<double>{1., 2., 3.};
  const auto five = [](const auto& a, const auto& b, const auto& c, const auto& d, const auto& e) {
    return a + b + c + d + e;
  };
  CHECK_THROWS_WITH_AS(fuse(five, x, x, x, x, other), Contains("[depends_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(fuse_sum(five, x, x, x, x, other), Contains("[depends_test.cpp:"), ShapeError);
  Tape tape;
  const auto y = fuse(five, x, x, x, x, x) + checkpoint(five, x, x, x, x, x);
  for (const EntryView& entry : tape.entries()) {
    if (entry.type == EntryType::op) CHECK(has(text(entry.site), "depends_test.cpp"));
  }
  CHECK(y.value()(1) == 20);
}

TEST_CASE("a tape tells what stands where: variables, ops, scalars, cuts and choices") {
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  Tape tape(debugging);
  const auto mask = w > 1;
  const auto chosen = where(mask, w, w);
  const auto y = chosen + stop_gradient(w);
  const Scalar<double> s = y(0) * 2;
  std::vector<EntryType> types;
  for (const EntryView& entry : tape.entries()) types.push_back(entry.type);
  using enum EntryType;
  const std::vector<EntryType> expected{variable, choice, op, cut, op, scalars, scalars};
  CHECK_MESSAGE(types == expected, tape);
  CHECK(s.value() == 4);
}
