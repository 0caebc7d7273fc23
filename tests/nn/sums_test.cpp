// What nn adds up over many rows keeps its digits in float: losses, batch statistics, means of a history.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>

using namespace tapegrad;

namespace {

constexpr std::size_t rows = 1000000;

// The loss of a million equal rows must be that of one.
template <class Loss>
void check_loss(const Loss& loss, float prediction, float target) {
  INFO(Loss::name);
  auto of_rows = [&](std::size_t count) {
    return double(loss(Tensor<float>::full({count, 2}, prediction), Tensor<float>::full({count, 2}, target)).item());
  };
  CHECK(of_rows(rows) == doctest::Approx(of_rows(1)).epsilon(1e-6));
}

}  // namespace

TEST_CASE("losses of a million rows keep their digits") {
  check_loss(nn::binary_cross_entropy, 0.3f, 1);
  check_loss(nn::binary_cross_entropy_with_logits, 0.3f, 1);
  check_loss(nn::mean_squared_error, 0.3f, 1);
  check_loss(nn::cross_entropy, 0.3f, 0.5f);
  check_loss(nn::categorical_cross_entropy, 0.3f, 0.5f);
}

TEST_CASE("batch statistics of a million rows keep their digits") {
  Tensor<float> x = Tensor<float>::empty({rows, 2});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = i / 2 % 2 ? 0.4f : 0.1f;
  nn::BatchNorm norm(2, {.momentum = 0});
  norm.mode = nn::Mode::training;
  norm(x);
  const double mean = (double(0.1f) + double(0.4f)) / 2, half = (double(0.4f) - double(0.1f)) / 2;
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(double(norm.running_mean.data()[k]) == doctest::Approx(mean).epsilon(1e-6));
    CHECK(double(norm.running_variance.data()[k]) == doctest::Approx(half * half).epsilon(2e-6));
  }
}

TEST_CASE("a part of a million targets is counted exactly") {
  Tensor<float> target = Tensor<float>::full({20 * rows}, 0);
  target.mutable_data()[7] = 1;
  CHECK(nn::accuracy(Tensor<float>::full({20 * rows}, 0), target) == 1 - 1 / (20. * rows));
}
