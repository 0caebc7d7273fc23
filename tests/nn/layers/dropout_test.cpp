// Dropout: what is left out, what stays, and when.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/tape/checkpoint.h>

#include <cmath>

using namespace tapegrad;
using doctest::Contains;

namespace {

template <Real T>
void drops() {
  nn::seed(3);
  nn::BasicDropout<T> layer(0.3);
  const Tensor<T> x = Tensor<T>::full({400, 251}, 2);
  CHECK(layer(x).node() == x.node());  // in inference nothing is computed
  nn::ModeScope training(layer, nn::Mode::training);
  const Tensor<T> y = layer(x), z = layer(x);
  std::size_t zeros = 0, pairs = 0, both = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y.data()[i] == 0) ++zeros;
    else CHECK(y.data()[i] == doctest::Approx(2 / 0.7));
    pairs += i > 0 && y.data()[i] == 0 && y.data()[i - 1] == 0;
    both += y.data()[i] == 0 && z.data()[i] == 0;
  }
  const double n = double(y.size());
  CHECK(std::abs(double(zeros) - 0.3 * n) < 4 * std::sqrt(0.21 * n));
  CHECK(std::abs(double(pairs) - 0.09 * n) < 5 * std::sqrt(0.09 * n));  // neighbours are independent,
  CHECK(std::abs(double(both) - 0.09 * n) < 4 * std::sqrt(0.09 * n));   // and calls are
  nn::seed(3);
  CHECK(layer(x).value() == y.value());
}

}  // namespace

TEST_CASE("dropout leaves out the chosen part in training, and nothing in inference") {
  drops<float>();
  drops<double>();
}

TEST_CASE("the gradient of dropout is the factor of each element, by differences too") {
  nn::BasicDropout<double> layer(0.5);
  nn::ModeScope training(layer, nn::Mode::training);
  const Tensor<double> x = variable(Tensor<double>::full({6, 7}, 3), "x");
  Tape tape;
  const Tensor<double> y = layer(x);
  const Tensor<double> slope = tape.backward(sum(y))[x];
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(slope.data()[i] == y.data()[i] / 3);
  const auto same = [&](const Tensor<double>& input) {
    nn::seed(9);  // the same choice in every call
    return sum(square(layer(input)));
  };
  CHECK(gradcheck(same, {constant(x)}).passed());
}

TEST_CASE("a checkpoint drops the same elements again") {
  nn::seed(4);
  nn::Sequential model{nn::Dense(3, 8), nn::Dropout(0.5), nn::Tanh(), nn::Dense(8, 1)};
  const auto weight = std::get<Tensor<float>>(nn::parameters(model)[0].variable);
  const Tensor<float> x = Tensor<float>::full({5, 3}, 0.5f);
  nn::ModeScope training(model, nn::Mode::training);
  auto gradient = [&](bool again) {
    nn::seed(5);
    Tape tape;
    const Tensor<float> y = again ? checkpoint([&](const Tensor<float>& input) { return model(input); }, x) : model(x);
    return tape.backward(sum(square(y)))[weight];
  };
  CHECK(gradient(true).value() == gradient(false).value());
}

TEST_CASE("dropout refuses rates below 0, of 1 and above") {
  CHECK_THROWS_WITH_AS(nn::Dropout(1), Contains("dropout: rate must be in [0, 1), but is 1. 0.5 leaves half"),
                       DomainError);
  CHECK_THROWS_AS(nn::Dropout(-0.1), DomainError);
  CHECK_THROWS_AS(nn::Dropout(std::nan("")), DomainError);
  nn::Dropout none(0);
  nn::ModeScope training(none, nn::Mode::training);
  CHECK(none(Tensor<float>(2.f)).item() == 2);
}
