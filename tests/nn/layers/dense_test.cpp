// Dense: activations and initializers of any kind. Errors of layers inside a Sequential.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <string>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

double variance(const Tensor<double>& x) { return mean(square(x - mean(x))).item(); }

Tensor<double> drawn(nn::Initializer<double> initializer, const Shape& shape = {300, 200}) {
  nn::Random random(7);
  return initializer(shape, random);
}

struct OwnError : ShapeError {
  using ShapeError::ShapeError;
};

}  // namespace

TEST_CASE("an activation is any function of a tensor, and a layer shows its name") {
  const Tensor<float> x = xt::xarray<float>{{-1.f, 2.f}};
  nn::Random random(1);
  auto apply = [&](nn::DenseOptions options) {
    options.initializer = [](const Shape& shape, nn::Random&) {
      Tensor<float> identity = Tensor<float>::full(shape, 0);
      for (std::size_t i = 0; i < shape[0]; ++i) identity.mutable_data()[i * shape[1] + i] = 1;
      return identity;
    };
    return nn::Dense(2, 2, options, random)(x);
  };
  CHECK(apply({}).value() == x.value());
  CHECK(apply({.activation = nn::relu}).value() == relu(x).value());
  CHECK(apply({.activation = nn::tanh}).value() == tanh(x).value());
  CHECK(apply({.activation = [](const Tensor<float>& z) { return z * 3; }}).value() == (x * 3).value());
  CHECK(apply({.activation = [](const auto& z) { return square(z); }}).value() == square(x).value());
  CHECK(nn::Dense(2, 2).name() == "Dense");
  CHECK(nn::Dense(2, 2, {.activation = nn::sigmoid}).name() == "Dense, sigmoid");
  CHECK(nn::Dense(2, 2, {.activation = [](const auto& z) { return square(z); }}).name() == "Dense, function");
  CHECK(nn::BasicDense<double>(2, 2, {.activation = nn::relu}).name() == "Dense, relu");
}

TEST_CASE("a layer without a bias has one parameter less") {
  nn::Dense layer(3, 2, {.use_bias = false}), biased(3, 2, {.bias_initializer = nn::constant(0.25)});
  CHECK(nn::parameters(layer).size() == 1);
  CHECK(nn::parameter_count(layer) == 6);
  const Tensor<float> x = Tensor<float>::full({1, 3}, 1);
  CHECK(layer(x).value() == matmul(x, layer.weight).value());
  CHECK(biased.bias.data()[1] == 0.25f);
  nn::Dense copy = layer;
  copy = layer;
  CHECK(nn::parameters(copy).size() == 1);
  CHECK_THROWS_WITH_AS(biased = layer,
                       Contains("parameter \"bias\" has shape (2,), but the one that is assigned holds"), ShapeError);
}

TEST_CASE("initializers have the variances and ranges of their definitions") {
  CHECK(variance(drawn(nn::glorot_normal)) == Approx(2. / 500).epsilon(0.02));
  CHECK(variance(drawn(nn::lecun_normal)) == Approx(1. / 300).epsilon(0.02));
  CHECK(variance(drawn(nn::lecun_uniform)) == Approx(1. / 300).epsilon(0.02));
  CHECK(amax(abs(drawn(nn::lecun_uniform))).item() == Approx(std::sqrt(3. / 300)).epsilon(0.001));
  CHECK(variance(drawn(nn::normal(0.5))) == Approx(0.25).epsilon(0.02));
  CHECK(amax(abs(drawn(nn::normal(0.5)))).item() > 1.5);
  const Tensor<double> cut = drawn(nn::truncated_normal(0.5));
  CHECK(amax(abs(cut)).item() <= 1);
  CHECK(variance(cut) == Approx(0.25 * 0.7737).epsilon(0.02));  // of a normal cut at two deviations
  const Tensor<double> uniform = drawn(nn::uniform(-1, 3));
  CHECK(amin(uniform).item() == Approx(-1).epsilon(0.001));
  CHECK(amax(uniform).item() == Approx(3).epsilon(0.001));
  CHECK(amin(drawn(nn::ones)).item() == 1);
  CHECK(amax(abs(drawn(nn::zeros))).item() == 0);
  CHECK(nn::fans({3, 3, 4, 8}).in == 36);
  CHECK(nn::fans({3, 3, 4, 8}).out == 72);
  CHECK(nn::fans({5}).in == 5);
}

TEST_CASE("orthogonal matrices have orthonormal rows or columns") {
  for (const Shape& shape : {Shape{40, 7}, Shape{7, 40}, Shape{12, 12}, Shape{3, 4, 5}}) {
    const Tensor<double> q = drawn(nn::orthogonal, shape);
    const std::size_t columns = shape[shape.rank() - 1], rows = shape.size() / columns;
    const Tensor<double> m = reshape(q, {rows, columns});
    const Tensor<double> product = rows <= columns ? matmul(m, transpose(m)) : matmul(transpose(m), m);
    const std::size_t n = product.shape()[0];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) CHECK(std::abs(product.data()[i * n + j] - (i == j ? 1 : 0)) < 1e-13);
    }
  }
  CHECK(variance(drawn(nn::Orthogonal{.gain = 2}, {30, 30})) == Approx(4. / 30).epsilon(0.1));
  CHECK_THROWS_WITH_AS(drawn(nn::orthogonal, {3}), Contains("orthogonal: needs a matrix"), ShapeError);
}

TEST_CASE("float and double layers begin at the same numbers, and a wrong shape is refused") {
  nn::Random a(3), b(3);
  const nn::Dense single(4, 3, {.initializer = nn::he_normal}, a);
  const nn::BasicDense<double> twice(4, 3, {.initializer = nn::he_normal}, b);
  CHECK(single.weight.value() == cast<float>(twice.weight).value());
  auto wrong = [](const Shape&, nn::Random&) { return Tensor<float>(1.f); };
  CHECK_THROWS_WITH_AS(nn::Dense(2, 3, {.initializer = wrong}),
                       Contains("initializer: gave shape () for a parameter of shape (2, 3)"), ShapeError);
}

TEST_CASE("an error inside a sequential names the layers on its way, keeps its type and the user's line") {
  nn::Sequential model{nn::Dense(2, 3), nn::Sequential(nn::Dense(3, 4, {.activation = nn::relu}), nn::Dense(5, 1))};
  const Tensor<float> good = Tensor<float>::full({1, 2}, 1), bad = Tensor<float>::full({1, 3}, 1);
  CHECK_THROWS_WITH_AS(model(bad), Contains("layer 0 (Dense): linear: "), ShapeError);
  CHECK_THROWS_WITH_AS(model(bad), Contains("[dense_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(model(good), Contains("layers 1 > 1 (Dense): linear: "), ShapeError);
  CHECK_THROWS_WITH_AS(model(good), Contains("[dense_test.cpp:"), ShapeError);

  nn::Sequential own{nn::ReLU(), [](const Tensor<float>&) -> Tensor<float> { throw OwnError("4 is not 5"); }};
  CHECK_THROWS_WITH_AS(own(good), "layer 1 (function): 4 is not 5", OwnError);
  CHECK_THROWS_WITH_AS(nn::Sequential(nn::ReLU(), nn::Sequential(nn::ReLU(), own))(good),
                       "layers 1 > 1 > 1 (function): 4 is not 5", OwnError);
}

TEST_CASE("entries that a sequential records carry the line of its call") {
  nn::BasicSequential<double> model{nn::BasicDense<double>(2, 3), nn::BasicTanh<double>()};
  Tape tape;
  model(Tensor<double>::full({1, 2}, 1));
  for (const EntryView& entry : tape.entries()) CHECK(text(entry.site).starts_with(" [dense_test.cpp:"));
}
