// The printed table, the chain rule written out, and the formulas that it is written with.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numbers>
#include <set>
#include <sstream>
#include <tuple>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include "functions/formula_value.h"
#include "ops/families.h"

using namespace tapegrad;
using namespace tapegrad::engine;
using doctest::Contains;

namespace {

std::string table(const Tape& tape, const PrintOptions& options) {
  std::ostringstream out;
  print(out, tape, options);
  return out.str();
}

}  // namespace

TEST_CASE("the table shows values and adjoints during and after a stepped sweep") {
  const auto a = variable(Tensor<double>(2.), "a"), b = variable(Tensor<double>(3.), "b");
  Tape tape({.keep_values = true});
  const auto y = a * b;
  const auto loss = y * 0.123456789;
  const PrintOptions all{.values = true, .adjoints = true, .lines = false};
  CHECK(table(tape, all) ==
        "entry  op        inputs  shape  label  value\n"
        "%0     variable          ()     a      2\n"
        "%1     variable          ()     b      3\n"
        "%2     multiply  %0 %1   ()            6\n"
        "%3     scale     %2      ()            0.7407\n"
        "No adjoints: the tape was not swept yet.\n");
  auto steps = tape.begin_backward(loss);
  CHECK(steps.step());
  CHECK(table(tape, all) ==
        "   entry  op        inputs  shape  label  value   adjoint\n"
        "   %0     variable          ()     a      2\n"
        "   %1     variable          ()     b      3\n"
        ">  %2     multiply  %0 %1   ()            6       0.1235\n"
        "   %3     scale     %2      ()            0.7407  1\n");
  steps.gradients();
  CHECK(table(tape, {.values = true, .adjoints = true, .lines = false, .precision = 6}) ==
        "entry  op        inputs  shape  label  value     adjoint\n"
        "%0     variable          ()     a      2         0.37037\n"
        "%1     variable          ()     b      3         0.246914\n"
        "%2     multiply  %0 %1   ()            6         0.123457\n"
        "%3     scale     %2      ()            0.740741  1\n");
}

TEST_CASE("a tape that keeps no values says what the table cannot show") {
  const auto w = variable(xt::xarray<double>{1., 2., 3., 4., 5., 6.}, "w");
  Tape tape;
  const auto y = sum(w * w);
  auto steps = tape.begin_backward(y);
  CHECK(steps.step());
  const std::string shown = table(tape, {.values = true, .adjoints = true, .lines = false, .elements = 2});
  CHECK(shown ==
        "   entry  op        inputs  shape  label  adjoint\n"
        "   %0     variable          (6,)   w\n"
        ">  %1     multiply  %0 %0   (6,)          [1 1 ...]\n"
        "   %2     sum       %1      ()\n"
        "No values: the tape keeps them with Tape({.keep_values = true}).\n"
        "No adjoints that a sweep has used: the tape keeps them with Tape({.keep_values = true}).\n");
  CHECK(table(tape, {}).find("explain_test.cpp:") != std::string::npos);
  std::ostringstream plain;
  plain << tape;
  CHECK(plain.str() == table(tape, {}));
}

TEST_CASE("explain writes the chain rule with formulas and numbers") {
  const auto a = variable(Tensor<double>(2.), "a"), b = variable(Tensor<double>(3.), "b");
  Tape tape({.keep_values = true});
  const auto y = square(a * b + a);  // (2 3 + 2)^2 = 64, dy/da = 2 8 (3 + 1) = 64, dy/db = 2 8 2 = 32
  const Explanation explained = tape.explain(y);
  CHECK(explained.text ==
        "Forward, from the first entry to the last\n"
        "  a = 2\n"
        "  b = 3\n"
        "  %2 = a * b = 6 (multiply)\n"
        "  %3 = %2 + a = 8 (add)\n"
        "  %4 = %3^2 = 64 (square)\n"
        "Backward, from the last entry to the first\n"
        "  L = %4, so dL/d%4 = 1\n"
        "  square: d%4/d%3 = 2 * %3 = 16, so dL/d%3 = dL/d%4 * d%4/d%3 = 1 * 16 = 16\n"
        "  add: d%3/d%2 = 1, so dL/d%2 = dL/d%3 * d%3/d%2 = 16 * 1 = 16\n"
        "  add: d%3/da = 1, so dL/da = dL/d%3 * d%3/da = 16 * 1 = 16\n"
        "  multiply: d%2/da = b = 3, so dL/da += dL/d%2 * d%2/da = 16 * 3 = 48, in all 64\n"
        "  multiply: d%2/db = a = 2, so dL/db = dL/d%2 * d%2/db = 16 * 2 = 32\n");
  CHECK(explained.markdown.find("- `multiply`: $\\frac{\\partial v_{2}}{\\partial a} = b = 3$, so "
                                "$\\frac{\\partial L}{\\partial a} \\mathrel{+}= \\frac{\\partial L}{\\partial v_{2}} "
                                "\\cdot \\frac{\\partial v_{2}}{\\partial a} = 16 \\cdot 3 = 48$, in all $64$\n") !=
        std::string::npos);
  std::ostringstream printed;
  printed << explained;
  CHECK(printed.str() == explained.text);
  CHECK(tape.backward(y)[a].item() == 64);  // the tape was kept
}

TEST_CASE("explain writes matrix rules, constants and broadcasting") {
  const auto w = variable(reshape(Tensor<double>(xt::xarray<double>{1., 2.}), {2, 1}), "w");
  const auto b = variable(xt::xarray<double>{10.}, "b");
  const Tensor<double> x = xt::xarray<double>{{3., 4.}, {5., 6.}};
  Tape tape({.keep_values = true});
  const auto z = linear(x, w, b) * Tensor<double>(2.);  // (3 + 8 + 10, 5 + 12 + 10) 2
  const std::string explained = tape.explain(sum(z)).text;
  CHECK_MESSAGE(explained.find("%2 = x w + b = [21 27] (linear), with x = [3 4 5 6]\n") != std::string::npos,
                explained);
  CHECK_MESSAGE(explained.find("%3 = %2 * 2 = [42 54] (multiply)\n") != std::string::npos, explained);
  CHECK_MESSAGE(explained.find("multiply: d%3/d%2 = 2 = [2 2], so dL/d%2 = dL/d%3 * d%3/d%2 = [1 1] * [2 2] = "
                               "[2 2]\n") != std::string::npos, explained);
  CHECK_MESSAGE(explained.find("linear: dL/dw = x^T dL/d%2 = [16 20]\n") != std::string::npos, explained);
  CHECK_MESSAGE(explained.find("linear: dL/db = dL/d%2 summed over its rows = 4\n") != std::string::npos, explained);
  const std::string one = tape.explain(z, {.element = 1}).text;
  CHECK_MESSAGE(one.find("L = %3[1], so dL/d%3 = [0 1]\n") != std::string::npos, one);
  CHECK_MESSAGE(one.find("linear: dL/dw = x^T dL/d%2 = [10 12]\n") != std::string::npos, one);
}

namespace {
struct Mine {
  static constexpr OpTraits traits{.name = "mine"};
  auto operator()(const auto& x) const { return x[0]; }
};

// The formula of the last entry of that name on the tape; null where there is no such entry.
const Formula* formula_on(const Tape& tape, std::string_view op) {
  const Formula* found = nullptr;
  for (const EntryView& entry : tape.entries()) {
    if (entry.op == op) found = entry.formula;
  }
  return found;
}
}  // namespace

TEST_CASE("explain goes through ops it has no formula for, fused ops and scalars") {
  const auto w = variable(xt::xarray<double>{2., 3.}, "w");
  Tape tape({.keep_values = true});
  const auto fused = fuse([](auto v) { return v * v; }, w);
  const Scalar<double> a = fused(0);
  const auto t = tensor(a * a);
  Tensor<double> own = Tensor<double>::full({}, 5 * t.item());
  const CallSite here = CallSite::current();
  Inputs in(Mine::traits.name, here, t);
  in.record(own, Mine{}, pointwise([](Sweep& sweep, const Tensor<double>& g) { sweep.add(0, g * 5.); }));
  CHECK(formula_on(tape, "mine") == nullptr);
  const std::string explained = tape.explain(own).text;
  CHECK_MESSAGE(explained.find(" = 80 (mine)\n") != std::string::npos, explained);
  CHECK_MESSAGE(explained.find("mine: d%6/d%4 = 5, so dL/d%4 = dL/d%6 * d%6/d%4 = 1 * 5 = 5\n") != std::string::npos,
                explained);
  CHECK_MESSAGE(explained.find("scalars of tensor: dL/d%1 = [40 0]\n") != std::string::npos, explained);
  CHECK_MESSAGE(explained.find("fuse: d%1/dw = the partial of f = [4 6], so dL/dw = dL/d%1 * d%1/dw = [40 0] * [4 6] = "
                               "[160 0]\n") != std::string::npos, explained);
}

TEST_CASE("explain names its misuse") {
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  {
    Tape tape;
    const auto y = sum(w);
    CHECK_THROWS_WITH_AS(tape.explain(y), Contains("explain: this tape keeps no values [explain_test.cpp"), TapeError);
  }
  Tape tape({.keep_values = true});
  const auto y = w * w;
  CHECK_THROWS_WITH_AS(tape.explain(y), Contains("Choose one element of it"), ShapeError);
  CHECK_THROWS_WITH_AS(tape.explain(y, {.element = 2}), Contains("which has no element 2"), ShapeError);
  CHECK_THROWS_WITH_AS(tape.explain(Tensor<double>(1.)), Contains("depends on nothing"), TapeError);
  tape.backward(sum(y));
  CHECK_THROWS_WITH_AS(tape.explain(y, {.element = 0}), Contains("explain: this tape was already swept"), TapeError);
}

TEST_CASE_TEMPLATE_DEFINE("every op has a formula, and explains itself", Family, explanations) {
  std::set<std::string> seen;
  for (const rows::Row& row : Family::rows()) {
    if (row.shapes.empty() || !seen.insert(row.op).second) continue;
    INFO(row.name());
    Tape tape({.keep_values = true});
    const auto total = sum(row.call(rows::variables_of<double>(row, row.shapes[0], 9)));
    const Explanation explained = tape.explain(total);
    if (row.op == "checkpoint") continue;  // a tape that keeps values records what is inside
    CHECK(formula_on(tape, row.op) != nullptr);
    CHECK(explained.text.find("(" + row.op + ")") != std::string::npos);
    CHECK(std::ranges::count(explained.markdown, '$') % 2 == 0);
    CHECK(std::ranges::count(explained.markdown, '{') == std::ranges::count(explained.markdown, '}'));
  }
}
TEST_CASE_TEMPLATE_APPLY(explanations, rows::Families);

TEST_CASE("the formulas of a checkpoint and of a cast, and none for a leaf") {
  const auto x = variable(Tensor<double>(2.), "x");
  Tape tape;
  const auto y = checkpoint([](const auto& a) { return a * a; }, cast<double>(cast<float>(x)));
  CHECK(formula_on(tape, "checkpoint") != nullptr);
  CHECK(formula_on(tape, "cast") != nullptr);
  CHECK(formula_on(tape, "variable") == nullptr);
  CHECK(y.item() == 4);
}

TEST_CASE("the formulas of pointwise ops are true: value and derivatives, computed from their texts") {
  using X = std::vector<Tensor<double>>;
  std::vector<std::tuple<std::string_view, Domain, std::function<Tensor<double>(const X&)>, double>> calls{
      {"shift", {-2, 2}, [](const X& x) { return x[0] + 0.25; }, 0.25},
      {"scale", {-2, 2}, [](const X& x) { return x[0] * -0.5; }, -0.5},
      {"complement", {-2, 2}, [](const X& x) { return 1.5 - x[0]; }, 1.5},
      {"divide by number", {-2, 2}, [](const X& x) { return x[0] / 3; }, 3},
      {"power", {-2, 2}, [](const X& x) { return pow(x[0], 3); }, 3}};
  rows::for_every_row([&](const rows::Row& row) {
    if (row.shapes.empty()) return;
    Tape tape;
    const auto y = row.call(rows::variables_of<double>(row, row.shapes[0], 9));
    const Formula* f = formula_on(tape, row.op);
    if (!f || !f->pointwise || row.op == "where" || row.op == "clip" || row.op == "fuse") return;
    if (std::ranges::none_of(calls, [&](const auto& call) { return std::get<0>(call) == row.op; })) {
      calls.emplace_back(row.op, row.domain.value_or(Domain{-2, 2}), row.call, 0);
    }
  });
  REQUIRE(calls.size() == 5 + Functions::size + PairFunctions::size + 7);
  for (const auto& [op, domain, call, k] : calls) {
    X x;
    for (const Tensor<double>& input : rows::inputs_in(domain, rows::Shapes(2, Shape{8}), 11)) {
      x.push_back(variable(input));
    }
    Tape tape;
    const Tensor<double> y = call(x);
    const Formula& f = *formula_on(tape, op);
    const std::size_t inputs = f.inputs[1].name.empty() ? 1 : 2;
    const Gradients g = tape.backward(y, {.seed = Tensor<double>::full({8}, 1)});
    for (std::size_t i = 0; i < 8; ++i) {
      std::map<std::string, double> names{
          {"k", k}, {"pi", std::numbers::pi}, {"n", 1}, {"alpha", 1}, {"slope", 0.01}};  // the functions' defaults
      for (std::size_t j = 0; j < inputs; ++j) names[std::string(f.inputs[j].name)] = x[j].data()[i];
      INFO(op << " at " << x[0].data()[i]);
      CHECK(formula_value(f.value.text, names) == doctest::Approx(y.data()[i]).epsilon(1e-12));
      names["y"] = y.data()[i];
      for (std::size_t j = 0; j < inputs; ++j) {
        CHECK(formula_value(f.inputs[j].derivative.text, names) == doctest::Approx(g[x[j]].data()[i]).epsilon(1e-12));
      }
    }
  }
}
