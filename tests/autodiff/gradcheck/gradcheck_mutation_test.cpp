// The checker checked, without the help of forward mode: every op's rule is broken in many ways. All must be caught,
// and nearly all named and diagnosed.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "gradcheck/mutants.h"
#include "ops/families.h"

using namespace tapegrad;
using rows::Row, rows::Shapes;

namespace {

struct Score {
  int planted = 0, caught = 0, named = 0, diagnosed = 0;
  void operator+=(const Score& other) {
    planted += other.planted;
    caught += other.caught;
    named += other.named;
    diagnosed += other.diagnosed;
  }
};

// Whether the mutation is one here: a gradient of zeros stays one when it is doubled.
bool changes(const mutants::Mutation& mutation, const mutants::Truth& truth) {
  std::vector<double> adjoint(truth.result.size());
  for (std::size_t o = 0; o < adjoint.size(); ++o) adjoint[o] = std::sin(1.0 + 2.0 * double(o));
  const mutants::Arrays right = truth.pulled(adjoint), broken = mutation.broken(truth, adjoint);
  double most = 0, off = 0, slope = 0;
  for (std::size_t k = 0; k < right.size(); ++k) {
    for (std::size_t i = 0; i < right[k].size(); ++i) {
      slope = std::max(slope, std::abs(right[k][i]));
      most = std::max(most, std::abs(broken[k][i]));
      const double d = std::abs(broken[k][i] - right[k][i]);
      off = std::isnan(d) ? 1 : std::max(off, d);
    }
  }
  if (mutation.float_inside || mutation.order == 2) return slope > 1e-9;
  return off > std::max(1e-9, 1e-5 * most);
}

// One mutant in so many is planted: all, but where they take long, a part (TAPEGRAD_MUTANTS=7 a seventh).
std::size_t one_in() {
  const char* asked = std::getenv("TAPEGRAD_MUTANTS");
  return asked ? std::max(1ul, std::strtoul(asked, nullptr, 10)) : 1;
}

Score plant(const mutants::Mutation& mutation, const Row& row, const Shapes& shapes) {
  Score score;
  std::vector<Tensor<double>> x = rows::inputs_of(row, shapes, 11);
  if (mutation.same_input) {
    if (x.size() < 2 || !(x[0].shape() == x[1].shape())) return score;
    x.assign(x.size(), x[0]);
  }
  const mutants::Truth truth = mutants::truth_of(row.call, x);
  if (!mutants::applies(mutation, truth) || !changes(mutation, truth)) return score;
  const auto f = [&](const std::vector<Tensor<double>>& v) {
    const std::vector<Tensor<double>> inputs = mutation.same_input ? std::vector(shapes.size(), v[0]) : v;
    return sum(sin(mutants::call<double>(row.call, mutation, inputs) + 0.4));
  };
  if (mutation.same_input) x.resize(1);
  const GradcheckReport report = gradcheck(f, x, {.order = mutation.order, .forward = false});
  score.planted = 1;
  score.caught = !report.passed();
  score.named = report.guilty && report.guilty->op == mutants::Mutant::traits.name;
  score.diagnosed = report.diagnosed(mutation.mistake);
  std::ostringstream text;
  text << report;
  CHECK_MESSAGE(score.caught, mutation.name, "\n", text.str());
  if (!score.named || !score.diagnosed) {
    INFO(mutation.name, "\n", text.str());
    if (std::getenv("TAPEGRAD_SHOW_MUTANTS")) MESSAGE("not named or not diagnosed");
  }
  return score;
}

using Scores = std::map<std::string, Score>;  // by mutation

// Of a family: the scores, and the mutations that were planted in each op.
void plant_all(const std::vector<Row>& family, Scores& scores, std::map<std::string, std::set<std::string>>& ways) {
  std::size_t met = 0;
  for (const Row& row : family) {
    for (const Shapes& shapes : row.shapes) {
      if (rows::elements(shapes) > 100) continue;  // many derivatives, nothing new
      INFO(row.name(), " of ", rows::text(shapes));
      for (const mutants::Mutation& mutation : mutants::all()) {
        if (met++ % one_in() != 0) continue;
        const Score score = plant(mutation, row, shapes);
        scores[mutation.name] += score;
        ways[row.op];
        if (score.planted) ways[row.op].insert(mutation.name);
      }
    }
  }
}

// The sum over the families that ran in this process, for the table of docs/gradcheck.md.
void show_sum(const Scores& scores) {
  static Scores sum;
  for (const auto& [name, score] : scores) {
    sum[name] += score;
    sum["all"] += score;
  }
  for (const auto& [name, score] : sum) {
    MESSAGE(name << ": planted " << score.planted << ", caught " << score.caught << ", op named " << score.named
                 << ", diagnosed " << score.diagnosed);
  }
}

void check_broken_rules(const std::vector<Row>& family) {
  Scores scores;
  std::map<std::string, std::set<std::string>> ways;
  plant_all(family, scores, ways);
  if (std::getenv("TAPEGRAD_SHOW_MUTANTS")) show_sum(scores);
  Score total;
  for (const auto& [name, score] : scores) total += score;
  CHECK(total.caught == total.planted);
  CHECK(total.planted > 0);
  CHECK(total.planted - total.named <= 2 + total.planted / 200);
  CHECK(total.planted - total.diagnosed <= 2 + total.planted / 100);
  if (one_in() > 1) return;
  for (const auto& [op, planted] : ways) CHECK_MESSAGE(planted.size() >= 3, op);
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("broken rules are caught, and nearly all are named and diagnosed", Family, broken_rules) {
  check_broken_rules(Family::rows());
}
TEST_CASE_TEMPLATE_APPLY(broken_rules, rows::Families);

TEST_CASE("a wrong tangent rule is found by the duality of the two modes, and its op is named") {
  const rows::Call sine = [](const auto& x) { return sin(x[0]); };
  const auto truly = [](const mutants::Truth& truth, const std::vector<double>& g) { return truth.pulled(g); };
  const mutants::Mutation none{"none", Mistake::unknown, truly};
  const Tensor<double> x = xt::xarray<double>{0.3, -0.4, 0.9};
  for (const double factor : {1.0, 2.0}) {
    const auto f = [&](const Tensor<double>& v) {
      return sum(tanh(mutants::call<double>(sine, none, {v}, CallSite::current(), factor)));
    };
    const GradcheckReport report = gradcheck(f, {x});
    CHECK(report.passed() == (factor == 1));
    CHECK(report.diagnosed(Mistake::modes_differ) == (factor == 2));
    if (factor == 2) CHECK((report.guilty && report.guilty->op == "mutant"));
    CHECK(gradcheck(f, {x}, {.forward = false}).passed());
  }
}

TEST_CASE("the guilty op is told with its line, also where a float model is checked in double") {
  const rows::Call sine = [](const auto& x) { return sin(x[0]); };
  const mutants::Mutation sign = mutants::all()[2];
  unsigned line = 0;
  const auto f = [&](const Tensor<float>& x) {
    line = CallSite::current().line() + 1;
    return sum(tanh(mutants::call<float>(sine, sign, {x * 0.5f})) * x);
  };
  const GradcheckReport report = gradcheck(f, {Tensor<float>(xt::xarray<float>{0.3f, -0.4f, 0.9f})});
  CHECK_FALSE(report.passed());
  REQUIRE(report.guilty.has_value());
  CHECK(report.guilty->op == "mutant");
  CHECK(report.guilty->site.line() == line);
  CHECK(report.diagnosed(Mistake::sign));
  std::ostringstream text;
  text << report;
  CHECK(text.str().find("guilty: the rule of mutant [gradcheck_mutation_test.cpp:" + std::to_string(line) + "]") !=
        std::string::npos);
}
