// Whole losses of float models, checked in double by replaying their tapes.
#include <doctest/doctest.h>

#include <sstream>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;
using doctest::Contains;

namespace {

struct Mlp {
  nn::Dense hidden{3, 4}, output{4, 1};
  bool cut = false;
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  Tensor<float> operator()(const Tensor<float>& x) const {
    const Tensor<float> h = tanh(hidden(x));
    return sigmoid(output(cut ? h * constant(h) : h));
  }
};

const Tensor<float> x = xt::xarray<float>{{0.5f, -1.f, 2.f}, {1.5f, 0.3f, -0.7f}};
const Tensor<float> y = reshape(Tensor<float>(xt::xarray<float>{1.f, 0.f}), {2, 1});

}  // namespace

TEST_CASE("the loss of a float model passes, to second order, with every parameter under its full name") {
  nn::seed(1);
  Mlp mlp;
  const auto before = mlp.hidden.weight.tensor().value()(1, 2);
  const auto loss = [&] { return binary_cross_entropy(mlp(x), y); };
  const GradcheckReport report = nn::gradcheck(mlp, loss, {.order = 2});
  std::ostringstream table;
  table << report;
  CHECK_MESSAGE(report.passed(), table.str());
  std::size_t first_order = 0;
  for (const GradcheckEntry& e : report.entries) first_order += e.order == 1;
  CHECK(first_order == 3 * 4 + 4 + 4 + 1);
  CHECK(report.entries[0].input == "hidden.weight");
  CHECK(report.entries[12].input == "hidden.bias");
  CHECK(mlp.hidden.weight.tensor().value()(1, 2) == before);
  CHECK(nn::gradcheck(mlp, loss, {.fast = true}).entries.size() == 3);
}

TEST_CASE("a model that cuts a use off its tape, or draws random numbers, fails and says so") {
  nn::seed(1);
  Mlp mlp;
  mlp.cut = true;
  const GradcheckReport report = nn::gradcheck(mlp, [&] { return binary_cross_entropy(mlp(x), y); });
  CHECK(report.diagnosed(Mistake::use_not_counted));
  CHECK_FALSE(report.passed());
  int calls = 0;
  const auto counted = [&] { return mean(mlp(x)) * float(++calls); };
  CHECK(nn::gradcheck(mlp, counted).diagnosed(Mistake::depends_on_calls));
}

TEST_CASE("a loss of another element type than the parameters is named") {
  Mlp mlp;
  CHECK_THROWS_WITH_AS(nn::gradcheck(mlp, [&] { return cast<double>(mean(mlp(x))); }),
                       Contains("\"hidden.weight\" is not of the element type of the loss"), Error);
}
