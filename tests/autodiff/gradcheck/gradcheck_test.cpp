// The checker: what it accepts, what it finds, what it says, and how its misuse is named.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <tapegrad/autodiff.h>
#include <tapegrad/gradcheck/sweep.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

const Tensor<double> x22 = variable(xt::xarray<double>{{0.5, -1.}, {0.3, 0.8}}, "x");
const Tensor<double> w23 = variable(xt::xarray<double>{{1., 2., -1.}, {3., 4., 0.5}}, "w");

std::string printed(const GradcheckReport& report) {
  std::ostringstream out;
  out << report;
  return out.str();
}

}  // namespace

TEST_CASE("error bars of extrapolated slopes contain the true error, and are small") {
  Tensor<double> x = Tensor<double>::empty({30});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = -2 + 0.13 * double(i);
  const GradcheckOptions exact{.relative = 1e-9, .absolute = 1e-11};
  const auto check = [&](const auto& f) {
    for (const GradcheckEntry& e : gradcheck(f, {x}, exact).entries) {  // the analytic values are right to 1e-15
      CHECK(std::abs(e.analytic - e.numeric) <= 2 * e.error_bar + 1e-14);
      CHECK(e.error_bar < 1e-6 * (1 + std::abs(e.numeric)));
    }
  };
  check([](const auto& v) { return exp(sin(v)); });
  check([](const auto& v) { return tanh(3 * v) + 1000; });
  check([](const auto& v) { return sin(40 * v); });
  check([](const auto& v) { return log(v + 4); });
  check([](const auto& v) { return sqrt(v * v + 1e-3); });  // bends sharply near 0
}

TEST_CASE("a kink is told from a sharp curve, from one nearby, and from noise") {
  const auto kinks = [](const auto& f, double at) {
    const GradcheckReport report = gradcheck(f, {Tensor<double>(at)});
    CHECK_MESSAGE(report.passed(), printed(report));
    return report.entries[0].kink.has_value();
  };
  CHECK(kinks([](const auto& v) { return abs(v); }, 0));  // the differences agree with 0, yet it is one
  CHECK(kinks([](const auto& v) { return maximum(v, 0.1 * v); }, 0));
  CHECK_FALSE(kinks([](const auto& v) { return exp(5 * v); }, 1));
  CHECK_FALSE(kinks([](const auto& v) { return abs(v); }, 0.01));
  CHECK_FALSE(kinks([](const auto& v) { return abs(v); }, -3e-5));
  CHECK_FALSE(kinks([](const auto& v) { return square(v) * abs(v); }, 0));
}

TEST_CASE("right functions pass in every mode and order, of tensors, scalars, variables and floats") {
  const auto f = [](const auto& a, const auto& b) { return mean(tanh(matmul(a, b)) * 2, {0}); };
  CHECK(gradcheck(f, {x22, w23}, {.order = 3}).passed());
  CHECK(gradcheck(f, {x22, w23}, {.order = 3, .fast = true}).passed());
  CHECK(gradcheck([](Scalar<double> a, Scalar<double> b) { return sin(a) * b + exp(a); }, {0.3, 2}).passed());
  CHECK(gradcheck([](const std::vector<Tensor<double>>& x) { return x[0] * x[1]; }, {x22, x22}).passed());
  CHECK(gradcheck([] { return sum(tanh(matmul(x22, w23))); }, {x22, w23}, {.order = 2}).passed());
  CHECK(gradcheck([](const auto& a) { return a; }, {x22}, {.order = 2}).passed());  // the input itself
  CHECK(gradcheck([](const Tensor<double>&) { return Tensor<double>(2.); }, {x22}).passed());  // a constant
  const Tensor<float> x32 = cast<float>(constant(x22)), w32 = cast<float>(constant(w23));
  const GradcheckReport report = gradcheck(f, {x32, w32}, {.order = 2});
  CHECK_MESSAGE(report.passed(), printed(report));
  CHECK(report.worst().error < 1e-2);  // in double: a float difference would be off by 1e-3
}

TEST_CASE("the table shows input, index, both values with an error bar, and how many bars lie between them") {
  const GradcheckReport report = gradcheck([](const auto& a) { return a * constant(a); }, {x22});
  CHECK_FALSE(report.passed());
  CHECK(report.entries.size() == 4);
  CHECK(report.worst().ratio() > 1e6);
  CHECK(report.worst().analytic == Approx(report.worst().numeric / 2));
  const std::string table = printed(report);
  for (const char* part : {"order", "x [1]", "+-", "in error bars", "WRONG", "off by the factor 1/2",
                           "not every use of this input is on the tape", "FAILED: 4 gradients compared, 4 wrong"}) {
    CHECK_MESSAGE(table.find(part) != std::string::npos, part, " in\n", table);
  }
  CHECK(report.diagnosed(Mistake::use_not_counted));
  CHECK_FALSE(report.guilty.has_value());
}

TEST_CASE("kinks and jumps are said, and any slope between the two sides is right") {
  const Tensor<double> at = xt::xarray<double>{-1, 0, 2};
  const GradcheckReport report = gradcheck([](const auto& x) { return relu(x) + abs(x) * 0.5; }, {at});
  CHECK_MESSAGE(report.passed(), printed(report));
  REQUIRE(report.entries[1].kink.has_value());
  CHECK_FALSE(report.entries[0].kink.has_value());
  CHECK(printed(report).find("note: kink at input 0 [1] = 0") != std::string::npos);
  CHECK(printed(gradcheck([](const auto& x) { return step(x); }, {at})).find("note: jump at") != std::string::npos);
  // 1.5 x - |x| has slopes 2.5 and 0.5 at 0; the tape says 5
  const auto wrong = [](const auto& x) { return 5 * x + constant(-3.5 * x - abs(x)); };
  const GradcheckReport outside = gradcheck(wrong, {Tensor<double>(xt::xarray<double>{0})});
  CHECK_FALSE(outside.passed());
  CHECK(outside.diagnosed(Mistake::kink));
}

TEST_CASE("what depends on earlier calls, and what computes in float, is found and named") {
  int calls = 0;
  const GradcheckReport counted = gradcheck([&](const auto& x) { return x * ++calls; }, {x22});
  CHECK_FALSE(counted.passed());
  CHECK(counted.diagnosed(Mistake::depends_on_calls));
  const auto narrow = [](const auto& x) { return cast<double>(tanh(cast<float>(x))); };
  const GradcheckReport in_float = gradcheck(narrow, {x22});
  CHECK_FALSE(in_float.passed());
  CHECK(in_float.diagnosed(Mistake::float_inside));
  CHECK(gradcheck(narrow, {x22}, {.relative = 1e-4, .noise = 1e-6}).passed());
}

TEST_CASE("the line where a gradient was cut is named") {
  const CallSite here = CallSite::current();
  const auto stopped = [](const auto& a) { return sum(stop_gradient(a * 2) * a); };
  const GradcheckReport report = gradcheck(stopped, {x22});
  CHECK(report.diagnosed(Mistake::use_not_counted));
  CHECK_MESSAGE(printed(report).find("It ends at stop_gradient [gradcheck_test.cpp:" + std::to_string(here.line() + 1) +
                                     "].") != std::string::npos, printed(report));
  const GradcheckReport all =
      gradcheck([](const auto& a) { return sum(square(stop_gradient(a))) + sum(0 * a); }, {x22});
  CHECK_FALSE(all.passed());
  CHECK_MESSAGE(printed(all).find("It ends at stop_gradient [gradcheck_test.cpp:") != std::string::npos, printed(all));
}

TEST_CASE("a use that the tape does not see is found in float functions and in closures, too") {
  const Tensor<float> x = cast<float>(constant(x22)), v = variable(constant(x), "v");
  const auto cut = [](const auto& a) { return mean(a * constant(a)); };
  CHECK(gradcheck(cut, {x}).diagnosed(Mistake::use_not_counted));
  CHECK(gradcheck([&] { return cut(v); }, {v}).diagnosed(Mistake::use_not_counted));
  CHECK(gradcheck([&] { return mean(v * v); }, {v}).passed());
}

TEST_CASE("variables get their values back, whatever the function throws") {
  const Tensor<double> w = variable(xt::xarray<double>{1., 2.}, "w");
  int calls = 0;
  const auto throws_later = [&] {
    if (++calls == 3) throw std::runtime_error("no more");  // when w has been moved
    return sum(w * w);
  };
  CHECK_THROWS_WITH_AS(gradcheck(throws_later, {w}), "no more", std::runtime_error);
  CHECK(w.value()(0) == 1);
  CHECK(w.value()(1) == 2);
  CHECK(Tape::current() == nullptr);
}

TEST_CASE("fast mode compares along directions, and goes to the elements only where that fails") {
  const GradcheckReport right = gradcheck([](const auto& x) { return sin(x); }, {x22}, {.fast = true});
  CHECK(right.entries.size() == 3);
  CHECK(right.entries[0].input == "random direction");
  const GradcheckReport wrong = gradcheck([](const auto& x) { return sin(x) + constant(x); }, {x22}, {.fast = true});
  CHECK(wrong.entries.size() == 4);
  CHECK(wrong.entries[0].input == "x");
}

TEST_CASE("an op of a tape can be called alone, with the values and the adjoint that it had") {
  const Tensor<float> x = variable(xt::xarray<float>{0.5f, -1.f}, "x"), two = xt::xarray<float>{2.f, 3.f};
  Tape tape({.keep_values = true, .replayable = true});
  tape.backward(sum(tanh(x * two)));
  const OpCall<double> product = tape.op_call<double>(1);
  REQUIRE(product.inputs.size() == 2);
  CHECK(product.inputs[1].value()(1) == 3);
  CHECK(product.adjoint.value()(0) == Approx(1 - std::pow(std::tanh(1.), 2)).epsilon(1e-6));
  CHECK(product({product.inputs[0], Tensor<double>(xt::xarray<double>{10., 20.})}).value()(1) == -20);
  CHECK_FALSE(tape.op_call<double>(0));  // a variable
  CHECK_THROWS_WITH_AS(tape.op_call<double>(9), Contains("entry %9 does not exist, the tape has 4"), TapeError);
  Tape other;
  (void)(x * two);
  CHECK_THROWS_WITH_AS(other.op_call<double>(1), Contains("Make it with Tape({.keep_values = true"), TapeError);
}

TEST_CASE("a replay that is recorded carries the lines of the first call") {
  const Tensor<float> w = variable(xt::xarray<float>{0.3f}, "w");
  Tape first({.replayable = true});
  const Tensor<float> y = tanh(w);
  const unsigned line = first.entries()[1].site.line();
  Tape::Pause pause;
  Tape second;
  const Tensor<double> v = variable(xt::xarray<double>{0.4}, "v");
  first.replay<double>(y, {{w, v}});
  CHECK(second.entries()[1].site.line() == line);
}

TEST_CASE("a sweep over steps shows the order of each difference, and a wrong slope has none") {
  const auto f = [](auto x) {
    using std::exp, std::sin;
    return exp(sin(x)) * x;
  };
  const GradcheckSweep sweep = gradcheck_sweep(f, 0.7);
  CHECK(sweep.exact == Approx(std::exp(std::sin(0.7)) * (1 + 0.7 * std::cos(0.7))).epsilon(1e-14));
  CHECK(sweep.order("forward") == Approx(1).epsilon(0.1));
  CHECK(sweep.order("central") == Approx(2).epsilon(0.1));
  CHECK(sweep.order("extrapolated") == Approx(4).epsilon(0.2));
  CHECK(sweep.best("forward") < 1e-6);
  CHECK(sweep.best("central") < 1e-9);
  CHECK(sweep.best("extrapolated") < 1e-11);
  CHECK(sweep.method("complex step").errors.back() < 1e-15);
  CHECK_THROWS_WITH_AS(sweep.best("sideways"), Contains("no method \"sideways\", only forward, central"), Error);
  const auto product = [](const auto& a, const auto& b) { return matmul(a, tanh(b)); };
  const GradcheckSweep tensors = gradcheck_sweep(product, {x22, w23});
  CHECK(tensors.order("central") == Approx(2).epsilon(0.1));
  const GradcheckSweep wrong = gradcheck_sweep([](const auto& a) { return sin(a) + constant(a); }, {x22});
  CHECK(wrong.order("central") < 0.5);
  CHECK_THROWS_WITH_AS(gradcheck_sweep(f, 0.7, {.from = 1e-3, .to = 1e-2}), Contains("steps must go down"),
                       DomainError);
}

TEST_CASE("a sweep is written as a picture, whole or not at all") {
  const auto path = std::filesystem::temp_directory_path() / "tapegrad_sweep.svg";
  const GradcheckSweep sweep = gradcheck_sweep([](const auto& a) { return sin(a); }, {x22});
  sweep.write_svg(path.string(), "a < b");
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str().find("a &lt; b") != std::string::npos);
  CHECK(text.str().find(">central</text>") != std::string::npos);
  CHECK(text.str().find("nan") == std::string::npos);
  CHECK(text.str().ends_with("</svg>\n"));
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(sweep.write_svg("/no/such/folder/a.svg"), Contains("cannot open"), Error);
}

TEST_CASE("misuse of gradcheck is named") {
  const auto f = [](const Tensor<double>& x) { return x * x; };
  CHECK_THROWS_WITH_AS(gradcheck(f, {x22, x22}), Contains("cannot be called with 2 tensors"), Error);
  CHECK_THROWS_WITH_AS(gradcheck(f, {}), Contains("there are no inputs"), ShapeError);
  CHECK_THROWS_WITH_AS(gradcheck(f, {Tensor<double>()}), Contains("an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(gradcheck(f, {x22}, {.order = 0}), Contains("order must be at least 1"), DomainError);
  CHECK_THROWS_WITH_AS(gradcheck([](const Tensor<double>&) { return Tensor<double>(); }, {x22}),
                       Contains("returned an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(gradcheck([](Scalar<double> a) { return a * a; }, {x22}),
                       Contains("takes scalars, but an input has shape (2, 2)"), ShapeError);
  CHECK_THROWS_WITH_AS(gradcheck([](Scalar<double> a) { return a * a; }, {1.}, {.order = 2}),
                       Contains("use tensors"), TapeError);
  CHECK_THROWS_WITH_AS(gradcheck([] { return sum(x22); }, {constant(x22)}), Contains("is no variable"), Error);
  Tape tape;
  CHECK_THROWS_WITH_AS(gradcheck(f, {x22}), Contains("a tape records on this thread"), TapeError);
  CHECK_THROWS_WITH_AS(gradcheck_sweep(f, {x22}), Contains("gradcheck_sweep: a tape records"), TapeError);
}

TEST_CASE("functions of any scale: right gradients pass, wrong ones fail") {
  const auto at = [](double x) { return Tensor<double>(xt::xarray<double>{x, 2 * x}); };
  const std::vector<std::pair<Tensor<double>, GradcheckFunction>> right{
      {at(1e-3), [](const auto& x) { return sum(log(x[0])); }},
      {at(1e-9), [](const auto& x) { return sum(log(x[0])); }},
      {at(1e-4), [](const auto& x) { return sum(sqrt(x[0])); }},
      {at(1e-3), [](const auto& x) { return sum(1. / x[0]); }},
      {at(0.3), [](const auto& x) { return sum(sin(x[0] * 100.)); }},
      {at(0.3), [](const auto& x) { return sum(sin(x[0] * 3000.)); }},
      {at(1e6), [](const auto& x) { return sum(x[0] * x[0]); }},
      {at(1), [](const auto& x) { return sum(sin(x[0])) * 1e-12; }}};
  for (const auto& [x, f] : right) {
    const GradcheckReport report = gradcheck_all(f, {x});
    CHECK_MESSAGE(report.passed(), printed(report));
  }
  for (const double scale : {1e-12, 1e-6, 1., 1e9}) {
    const auto twice = [scale](const auto& x) { return sum(scale_gradient(sin(x), 2.)) * scale; };
    CHECK_FALSE(gradcheck(twice, {at(0.4)}, {.forward = false}).passed());
  }
}

TEST_CASE("where there is no number nothing is compared, and no op is blamed") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const GradcheckReport input =
      gradcheck([](const auto& x) { return x * x; }, {Tensor<double>(xt::xarray<double>{nan, 1.})});
  CHECK_FALSE(input.passed());
  CHECK_FALSE(input.guilty.has_value());
  CHECK(printed(input).find("the input holds a NaN or infinity") != std::string::npos);
  const GradcheckReport value =
      gradcheck([](const auto& x) { return log(x); }, {Tensor<double>(xt::xarray<double>{-1.})});
  CHECK_FALSE(value.passed());
  CHECK(printed(value).find("the value is NaN or infinite at this point") != std::string::npos);
}

TEST_CASE("the checker catches a wrong gradient") {
  Tensor<double> x = xt::xarray<double>{0.3, -0.7};
  // constant() hides one use of x from the tape: the gradient is half of what it should be
  auto half = [](const Tensor<double>& v) { return v * constant(v); };
  CHECK_FALSE(gradcheck(half, {x}).passed());
  CHECK(gradcheck([](const Tensor<double>& v) { return v * v; }, {x}, {.order = 2}).passed());
}
