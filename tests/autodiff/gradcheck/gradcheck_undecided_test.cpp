// Right functions at bad points: near poles, kinks and borders, on plateaus, where they oscillate, at any scale. None
// is called wrong, benign points are decided, and a rule that is off by a factor is still caught.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <sstream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

namespace {

using Function = std::function<Tensor<double>(const Tensor<double>&)>;

// A function and the points at which it is checked.
struct Case {
  std::string name;
  Function f;
  std::vector<double> points;
  int order = 1;
};

std::string printed(const GradcheckReport& report) {
  std::ostringstream out;
  out << report;
  return out.str();
}

// Distances from 1/8 down to 1e-13, and none.
std::vector<double> distances() {
  std::vector<double> list{0};
  for (double d = 0.125; d > 1e-13; d *= 0.07) list.push_back(d);
  return list;
}
std::vector<double> beside(double where, std::initializer_list<double> directions) {
  std::vector<double> points;
  for (const double d : distances()) {
    for (const double direction : directions) {
      const double x = where + direction * d;
      if (points.empty() || points.back() != x) points.push_back(x);
    }
  }
  return points;
}
std::vector<double> powers(double first, double last, double factor) {
  std::vector<double> points;
  for (double x = first; factor > 1 ? x <= last : x >= last; x *= factor) points.push_back(x);
  return points;
}

Tensor<double> constant_like(const Tensor<double>& x, double value) { return Tensor<double>::full(x.shape(), value); }
Tensor<double> cross_entropy(const Tensor<double>& p, double target) {
  return binary_cross_entropy(p, constant_like(p, target));
}

std::vector<Case> poles_and_borders() {
  const auto right = beside(0, {1}), both = beside(0, {1, -1}), left_of_1 = beside(1, {-1});
  return {
      {"log", [](const auto& x) { return log(x); }, right},
      {"log(1 - p)", [](const auto& p) { return log(1. - p); }, left_of_1, 2},
      {"binary_cross_entropy(p, 0)", [](const auto& p) { return cross_entropy(p, 0); }, left_of_1, 2},
      {"binary_cross_entropy(p, 1)", [](const auto& p) { return cross_entropy(p, 1); }, right, 2},
      {"binary_cross_entropy(p, 0.3)", [](const auto& p) { return cross_entropy(p, 0.3); }, left_of_1},
      {"sqrt", [](const auto& x) { return sqrt(x); }, right, 2},
      {"pow 1.5", [](const auto& x) { return pow(x, 1.5); }, right, 2},
      {"pow 0.1", [](const auto& x) { return pow(x, 0.1); }, right},
      {"pow 2.5", [](const auto& x) { return pow(x, 2.5); }, right, 2},
      {"x log x", [](const auto& x) { return x * log(x); }, right},
      {"1 / x", [](const auto& x) { return 1. / x; }, both, 2},
      {"1 / x^2", [](const auto& x) { return pow(x, -2); }, both},
      {"rsqrt", [](const auto& x) { return rsqrt(x); }, right},
      {"exp(-1 / x)", [](const auto& x) { return exp(-1. / x); }, right},
      {"log1p at -1", [](const auto& x) { return log1p(x); }, beside(-1, {1})},
      {"atanh at 1", [](const auto& x) { return atanh(x); }, left_of_1},
      {"acos at 1", [](const auto& x) { return acos(x); }, left_of_1},
      {"asin at -1", [](const auto& x) { return asin(x); }, beside(-1, {1})},
      {"acosh at 1", [](const auto& x) { return acosh(x); }, beside(1, {1})},
      {"tan at pi / 2", [](const auto& x) { return tan(x); }, beside(std::acos(0.), {1, -1})},
      {"lgamma at 0", [](const auto& x) { return lgamma(x); }, both},
      {"cbrt", [](const auto& x) { return cbrt(x); }, both},
      {"1 / (x (1 - x))", [](const auto& x) { return 1. / (x * (1. - x)); }, left_of_1},
      {"log(-log(x))", [](const auto& x) { return log(-log(x)); }, left_of_1},
      {"logit", [](const auto& p) { return log(p / (1. - p)); }, left_of_1},
  };
}

std::vector<Case> kinks_and_plateaus() {
  const auto near_0 = beside(0, {1, -1}), near_1 = beside(1, {1, -1});
  return {
      {"abs", [](const auto& x) { return abs(x); }, near_0, 2},
      {"relu", [](const auto& x) { return relu(x); }, near_0, 2},
      {"leaky_relu + 3", [](const auto& x) { return leaky_relu(x) + 3.; }, near_0},
      {"maximum(x, 2 x - 1)", [](const auto& x) { return maximum(x, 2. * x - 1.); }, near_1},
      {"clip", [](const auto& x) { return clip(x, -1., 1.); }, near_1},
      {"relu6", [](const auto& x) { return relu6(x); }, beside(6, {1, -1})},
      {"abs(sin(x)) at pi", [](const auto& x) { return abs(sin(x)); }, beside(std::acos(-1.), {1, -1})},
      {"1000 + abs(x)", [](const auto& x) { return 1000. + abs(x); }, near_0},
      {"step", [](const auto& x) { return step(x); }, near_0},
      {"floor", [](const auto& x) { return floor(x); }, near_1},
      {"x + round(x)", [](const auto& x) { return x + round(x); }, beside(0.5, {1, -1})},
      {"fmod(x, 1)", [](const auto& x) { return x - floor(x); }, near_1},
      {"hard_sigmoid", [](const auto& x) { return hard_sigmoid(x); }, beside(3, {1, -1})},
      {"elu", [](const auto& x) { return elu(x); }, near_0, 2},
      {"x^2 abs(x)", [](const auto& x) { return square(x) * abs(x); }, near_0, 2},
      {"tanh far out", [](const auto& x) { return tanh(x); }, powers(1, 1e6, 3), 2},
      {"sigmoid far out", [](const auto& x) { return sigmoid(-x); }, powers(1, 1e4, 3), 2},
      {"erf far out", [](const auto& x) { return erf(x); }, powers(1, 1e3, 2)},
      {"softplus far out", [](const auto& x) { return softplus(x); }, powers(-1e3, -1, 0.5)},
      {"exp(-x^2)", [](const auto& x) { return exp(-square(x)); }, powers(1, 100, 1.5)},
      {"relu of minus", [](const auto& x) { return relu(-x); }, powers(1e-12, 1e12, 10)},
  };
}

std::vector<Case> oscillations_and_sharp_curves() {
  std::vector<Case> list;
  for (double k = 10; k < 1e13; k *= 10) {
    const std::string name = " k = " + std::to_string(k);
    list.push_back({"sin(k x)" + name, [k](const auto& x) { return sin(x * k); }, {0, 0.3, 0.7123, 1, 2.345}, 2});
    list.push_back({"x + sin(k x) / k" + name, [k](const auto& x) { return x + sin(x * k) / k; }, {0, 0.3, 1, 2.345}});
    list.push_back({"sqrt(x^2 + e^2)" + name, [k](const auto& x) { return sqrt(square(x) + 1 / (k * k)); },
                    {0, 0.1 / k, -1 / k, 10 / k, 0.3}, 2});
    list.push_back({"tanh(k x)" + name, [k](const auto& x) { return tanh(x * k); }, {0, 1 / k, -3 / k, 30 / k, 0.3}});
    list.push_back({"1 / (1 + (k x)^2)" + name, [k](const auto& x) { return 1. / (1. + square(x * k)); },
                    {0, 1 / k, -3 / k, 30 / k, 0.3}});
    list.push_back({"softplus(k x) / k" + name, [k](const auto& x) { return softplus(x * k) / k; }, {0, 1 / k, 0.3}});
  }
  list.push_back({"sin(1 / x)", [](const auto& x) { return sin(1. / x); }, powers(1, 1e-9, 0.3)});
  list.push_back({"x sin(1 / x)", [](const auto& x) { return x * sin(1. / x); }, powers(1, 1e-9, 0.3)});
  list.push_back({"x^2 sin(1 / x)", [](const auto& x) { return square(x) * sin(1. / x); }, powers(1, 1e-9, 0.3)});
  list.push_back({"cos(exp(x))", [](const auto& x) { return cos(exp(x)); }, {1, 3, 6, 9, 12, 15, 20, 25}});
  return list;
}

std::vector<Case> scales_and_lost_digits() {
  std::vector<Case> list;
  for (double s = 1e-120; s < 1e121; s *= 1e10) {
    std::ostringstream name;
    name << " s = " << s;
    const std::vector<double> points{0.3 * s, -2.7 * s, s};
    list.push_back({"(x / s)^3 - x / s" + name.str(), [s](const auto& x) { return pow(x / s, 3) - x / s; }, points, 2});
    list.push_back({"s exp(sin(x))" + name.str(), [s](const auto& x) { return s * exp(sin(x)); }, {0.3, -2.7, 40}, 2});
    list.push_back({"log(1 + (x / s)^2)" + name.str(), [s](const auto& x) { return log(1. + square(x / s)); }, points});
  }
  for (double large = 1; large < 1e17; large *= 100) {
    std::ostringstream name;
    name << " large = " << large;
    list.push_back({"large + sin(x)" + name.str(), [=](const auto& x) { return large + sin(x); }, {0.3, 1.4, -2}});
    list.push_back({"(x + large) - large" + name.str(), [=](const auto& x) { return (x + large) - large; },
                    {0.3, 1.37, -2}});
    list.push_back({"sqrt(x + large) - sqrt(large)" + name.str(),
                    [=](const auto& x) { return sqrt(x + large) - std::sqrt(large); }, {0.3, 1.37, 20}});
    list.push_back({"large x^2 - large x^2 + x" + name.str(),
                    [=](const auto& x) { return large * square(x) - square(x) * large + x; }, {0.3, 1.37, -2}});
  }
  list.push_back({"log(1 - sigmoid(x))", [](const auto& x) { return log(1. - sigmoid(x)); },
                  {1, 5, 10, 15, 18, 20, 22, 25, 28, 31, 34}, 2});
  list.push_back({"(1 - cos(x)) / x^2", [](const auto& x) { return (1. - cos(x)) / square(x); }, powers(1, 1e-9, 0.2)});
  list.push_back({"exp(x) - 1", [](const auto& x) { return exp(x) - 1.; }, powers(1, 1e-15, 0.1)});
  list.push_back({"log(exp(x))", [](const auto& x) { return log(exp(x)); }, {-700, -300, -3, 3, 300, 700}});
  return list;
}

std::vector<Case> all_cases() {
  std::vector<Case> list;
  for (const auto& family : {poles_and_borders(), kinks_and_plateaus(), oscillations_and_sharp_curves(),
                             scales_and_lost_digits()}) {
    list.insert(list.end(), family.begin(), family.end());
  }
  return list;
}

// What the checks of one case came to.
struct Count {
  int points = 0, decided = 0, blamed = 0, broken = 0, caught = 0;
  void operator+=(const Count& other) {
    points += other.points;
    decided += other.decided;
    blamed += other.blamed;
    broken += other.broken;
    caught += other.caught;
  }
};

// Whether what is undecided or not caught is printed.
bool shown() { return std::getenv("TAPEGRAD_SHOW_UNDECIDED") != nullptr; }

Count check(const Case& c, double factor) {
  Count count;
  for (const double x : c.points) {
    const Tensor<double> at(xt::xarray<double>{x});
    const GradcheckReport report = gradcheck(c.f, {at}, {.order = c.order});
    const bool blamed = report.wrong() || report.guilty || !report.diagnoses.empty();
    std::ostringstream where;
    where.precision(17);
    where << c.name << " at " << x << '\n' << printed(report);
    CHECK_MESSAGE(!blamed, where.str());
    ++count.points;
    count.blamed += blamed;
    if (report.entries.empty() || !report.entries[0].passed()) continue;
    ++count.decided;
    const GradcheckEntry& e = report.entries[0];
    if (e.kink || std::abs(e.analytic) < 1e-6) continue;
    ++count.broken;
    const auto wrong = [&](const Tensor<double>& v) { return scale_gradient(c.f(v), factor); };
    const GradcheckReport found = gradcheck(wrong, {at}, {.search = false, .forward = false});
    count.caught += found.wrong();
    if (!found.wrong() && shown()) MESSAGE("not caught: ", where.str(), printed(found));
  }
  if (shown() && count.decided < count.points) {
    MESSAGE(c.name, ": ", count.decided, " of ", count.points, " decided");
  }
  return count;
}

}  // namespace

TEST_CASE("right functions are blamed at no point, near poles and kinks, far out and at any scale") {
  Count all;
  for (const Case& c : all_cases()) all += check(c, 1.7);  // 1.5 is a slope between those of a kink
  if (shown()) {
    MESSAGE(all.points, " points, ", all.decided, " decided, ", all.broken, " broken, ", all.caught, " caught");
  }
  CHECK(all.points > 1500);
  CHECK(all.blamed == 0);
  CHECK(all.decided > 0.85 * all.points);
  CHECK(all.caught > 0.9 * all.broken);
}

TEST_CASE("an undecided element beside others is counted apart, and the report says how to decide it") {
  const Tensor<double> x(xt::xarray<double>{0., 1., 2.});
  const GradcheckReport report = gradcheck([](const auto& v) { return sqrt(v); }, {x});
  const std::string text = printed(report);
  CHECK_MESSAGE(report.passed(), text);
  CHECK_FALSE(report.wrong());
  CHECK(report.undecided() == 1);
  CHECK(report.entries[0].undecided());
  CHECK(report.entries[0].verdict == GradcheckVerdict::undecided);
  CHECK(report.entries[1].passed());
  CHECK(report.diagnosed(Mistake::undecided));
  CHECK_FALSE(report.worst().undecided());
  for (const char* part : {"UNDECIDED", "undecided: input 0 [0] = 0: the slope grows without end",
                           "Move the point away", "passed: 3 gradients compared, 1 undecided (seed 1)"}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, part, " in\n", text);
  }
}

TEST_CASE("a wrong element is found beside an undecided one, and only it is diagnosed") {
  const Tensor<double> x(xt::xarray<double>{0., 1., 2.});
  const auto f = [](const Tensor<double>& v) { return scale_gradient(sqrt(v), 2.); };
  const GradcheckReport report = gradcheck(f, {x}, {.forward = false});
  CHECK(report.wrong());
  CHECK(report.undecided() == 1);
  CHECK_FALSE(report.entries[0].wrong());
  CHECK(printed(report).find("FAILED: 3 gradients compared, 2 wrong, 1 undecided") != std::string::npos);
}

TEST_CASE("a check that decides nothing does not pass, is not wrong, and looks for no op") {
  const auto check = [](const Function& f, double at, const std::string& part, int order = 1) {
    const GradcheckReport report = gradcheck(f, {Tensor<double>(xt::xarray<double>{at})}, {.order = order});
    const std::string text = printed(report);
    CHECK_MESSAGE(!report.passed(), text);
    CHECK_MESSAGE(!report.wrong(), text);
    CHECK_FALSE(report.guilty);
    CHECK(report.diagnoses.empty());
    CHECK_MESSAGE(text.find(part) != std::string::npos, part, " in\n", text);
    CHECK_MESSAGE(text.find("UNDECIDED: ") != std::string::npos, text);
    CHECK_MESSAGE(text.find("so the check does not pass") != std::string::npos, text);
  };
  check([](const auto& x) { return sqrt(x); }, 0, "the slope grows without end");
  check([](const auto& x) { return 1e15 + sin(x); }, 0.3, "rounding hides the slope");
  check([](const auto& x) { return sin(x * 1e16); }, 0.3, "slopes at ever smaller steps do not agree");
  check([](const auto& x) { return sqrt(x) + sqrt(-x); }, 0, "the smallest steps lead to NaN or infinity");
  check([](const auto& x) { return pow(x, 1.5); }, 0, "nothing was decided at order 2", 2);
  check([](const auto& x) { return log(x); }, -1, "the value is NaN or infinite at this point");
}

TEST_CASE("one side decides where the other has no values") {
  const auto at_0 = [](const Function& f) { return gradcheck(f, {Tensor<double>(xt::xarray<double>{0})}); };
  const GradcheckReport right = at_0([](const auto& x) { return pow(x, 2.5) + x; });
  CHECK_MESSAGE(right.passed(), printed(right));
  CHECK(at_0([](const auto& x) { return pow(x, 2.5) + x + constant(x); }).wrong());
}

TEST_CASE("digits that cancel between ops are noted and blame none; float inside an op is found as before") {
  const auto at = [](double x) { return Tensor<double>(xt::xarray<double>{x}); };
  const GradcheckReport cancels = gradcheck([](const auto& x) { return log(1. - sigmoid(x)); }, {at(22)});
  CHECK_MESSAGE(!cancels.wrong(), printed(cancels));
  CHECK(printed(cancels).find("digits cancel between ops") != std::string::npos);
  const auto narrow = [](const Tensor<double>& x) { return cast<double>(tanh(cast<float>(x))); };
  CHECK(gradcheck(narrow, {at(0.3)}).diagnosed(Mistake::float_inside));
}

TEST_CASE("right float functions are not blamed where float is too narrow for them") {
  using Function32 = std::function<Tensor<float>(const Tensor<float>&)>;
  const std::vector<std::pair<Function32, float>> cases{
      {[](const auto& x) { return sin(x * 1e4f); }, 0.3f},
      {[](const auto& x) { return sin(x * 1e6f); }, 0.3f},
      {[](const auto& x) { return log(1.f - sigmoid(x)); }, 8},
      {[](const auto& x) { return log(1.f - sigmoid(x)); }, 13},
      {[](const auto& x) { return log(1.f - x); }, 0.99999f},
      {[](const auto& x) { return sqrt(x); }, 0},
      {[](const auto& x) { return 1.f / x; }, 1e-20f},
      {[](const auto& x) { return (x + 1e5f) - 1e5f; }, 0.3f},
      {[](const auto& x) { return (1.f - cos(x)) / square(x); }, 1e-3f},
  };
  for (const auto& [f, x] : cases) {
    const GradcheckReport report = gradcheck(f, {Tensor<float>(xt::xarray<float>{x})});
    CHECK_MESSAGE(!report.wrong(), "at ", x, "\n", printed(report));
  }
}
