// Every op of the list, against differences, to second order; and float against double.
#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

namespace {

std::vector<Tensor<double>> inputs_of(const Sample& sample, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<Tensor<double>> inputs;
  for (const Shape& shape : sample.shapes) {
    Tensor<double> x = Tensor<double>::empty(shape);
    for (std::size_t i = 0; i < x.size(); ++i) {
      double v;
      do {
        v = sample.domain.low + (sample.domain.high - sample.domain.low) * double(generator() >> 11) * 0x1p-53;
      } while (std::abs(v) < sample.domain.margin);
      x.mutable_data()[i] = v;
    }
    inputs.push_back(x);
  }
  return inputs;
}

}  // namespace

TEST_CASE("every op passes gradient checks of first and second order") {
  for (const OpInfo& op : all_ops()) {
    REQUIRE_MESSAGE(!op.samples.empty(), op.name);
    for (const Sample& sample : op.samples) {
      GradcheckReport report =
          gradcheck_all(sample.call64, inputs_of(sample, 3), {.order = 2, .relative = 1e-6, .absolute = 1e-7});
      std::ostringstream table;
      table << report;
      CHECK_MESSAGE(report.passed(), std::string(op.name), ", ", sample.description, "\n", table.str());
    }
  }
}

TEST_CASE("every op gives in float what it gives in double, to the precision of float") {
  for (const OpInfo& op : all_ops()) {
    for (const Sample& sample : op.samples) {
      std::vector<Tensor<double>> x64 = inputs_of(sample, 5);
      std::vector<Tensor<float>> x32;
      for (auto& x : x64) {
        x32.push_back(variable(cast<float>(x)));
        x = variable(cast<double>(x32.back()));
      }
      auto run = [](const auto& call, const auto& x) {
        Tape tape;
        auto y = call(x);
        auto total = sum(y * y);
        auto g = tape.gradient(total, x[0]);
        return std::pair(constant(y), constant(g));
      };
      auto [y64, g64] = run(sample.call64, x64);
      auto [y32, g32] = run(sample.call32, x32);
      INFO(std::string(op.name), ", ", sample.description);
      REQUIRE(text(y64.shape()) == text(y32.shape()));
      for (std::size_t i = 0; i < y64.size(); ++i) CHECK(y32.data()[i] == doctest::Approx(y64.data()[i]).epsilon(1e-5));
      for (std::size_t i = 0; i < g64.size(); ++i) CHECK(g32.data()[i] == doctest::Approx(g64.data()[i]).epsilon(1e-4));
    }
  }
}

TEST_CASE("the checker catches a wrong gradient") {
  Tensor<double> x = xt::xarray<double>{0.3, -0.7};
  // constant() hides one use of x from the tape: the gradient is half of what it should be
  auto half = [](const Tensor<double>& v) { return v * constant(v); };
  CHECK_FALSE(gradcheck(half, {x}).passed());
  CHECK(gradcheck([](const Tensor<double>& v) { return v * v; }, {x}, {.order = 2}).passed());
}
