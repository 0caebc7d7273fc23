// Every op of the list, against differences, to second order; and float against double.
#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "ops/sample_inputs.h"

using namespace tapegrad;

namespace {
void check_every_op(const GradcheckOptions& options) {
  for (const OpInfo& op : all_ops()) {
    REQUIRE_MESSAGE(!op.samples.empty(), op.name);
    for (const Sample& sample : op.samples) {
      GradcheckReport report = gradcheck_all(sample.call64, sample_inputs(sample, 3), options);
      std::ostringstream table;
      table << report;
      CHECK_MESSAGE(report.passed(), std::string(op.name), ", ", sample.description, "\n", table.str());
    }
  }
}
}  // namespace

TEST_CASE("every op passes gradient checks of every element to second order, and along directions to third") {
  check_every_op({.order = 2, .absolute = 1e-7});
  check_every_op({.order = 3, .absolute = 1e-7, .fast = true});
}

TEST_CASE("every op gives in float what it gives in double, to the precision of float") {
  for (const OpInfo& op : all_ops()) {
    for (const Sample& sample : op.samples) {
      std::vector<Tensor<double>> x64 = sample_inputs(sample, 5);
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

TEST_CASE("no op outside the list is ever recorded") {
  std::set<std::string_view> known{"variable", "input"};  // leaves, and what a part of the tape is differentiated from
  for (const OpInfo& op : all_ops()) known.insert(op.name);
  CHECK(known.size() == all_ops().size() + 2);  // no name is used twice
  for (const OpInfo& op : all_ops()) {
    for (const Sample& sample : op.samples) {
      std::vector<Tensor<double>> x;
      for (const Tensor<double>& input : sample_inputs(sample, 3)) x.push_back(variable(input));
      Tape tape;
      tape.backward(sum(square(sample.call64(x))), {.create_graph = true});
      for (const EntryView& entry : tape.entries()) CHECK_MESSAGE(known.count(entry.op), std::string(entry.op));
    }
  }
}

TEST_CASE("a recorded backward gives what an unrecorded one gives") {
  for (const OpInfo& op : all_ops()) {
    for (const Sample& sample : op.samples) {
      std::vector<Tensor<double>> x;
      for (const Tensor<double>& input : sample_inputs(sample, 4)) x.push_back(variable(input));
      auto sweep = [&](bool recorded) {
        Tape tape;
        return tape.backward(sum(square(sample.call64(x))), {.create_graph = recorded});
      };
      const Gradients plain = sweep(false), recorded = sweep(true);
      INFO(std::string(op.name), ", ", sample.description);
      for (const Tensor<double>& input : x) {
        REQUIRE(plain.contains(input) == recorded.contains(input));
        if (!plain.contains(input)) continue;
        const Tensor<double> a = plain[input], b = recorded[input];
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(b.data()[i] == doctest::Approx(a.data()[i]).epsilon(1e-12));
      }
    }
  }
}
