// Every activation of the catalogue as a function object, as the option of a Dense, and as a layer.
#include <doctest/doctest.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <set>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using Layers = Join<elementwise::Activations, Types<elementwise::Tanh>>;

// The layer and the object give what the function gives with their parameter, in both types.
template <class F>
void check() {
  const nn::Activation<F, double> layer;
  const nn::ActivationFunction<F> object;
  CAPTURE(layer.name());
  const Tensor<double> x = xt::xarray<double>{{-4., -0.5, 0.}, {0.25, 2., 7.}};
  const Tensor<double> y = layer(x), z = object(x), expected = apply(layer.function, x),
                       expected_of_object = apply(object.function, x);
  const Tensor<float> narrow = nn::Activation<F, float>()(cast<float>(x));
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(y.data()[i] == expected.data()[i]);
    CHECK(z.data()[i] == expected_of_object.data()[i]);
    CHECK(double(narrow.data()[i]) == Approx(expected.data()[i]).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("every activation of the catalogue is a layer and an object, with a name of its own") {
  std::set<std::string> layers, objects;
  [&]<class... F>(Types<F...>) {
    (check<F>(), ...);
    (layers.insert(nn::Activation<F, float>().name()), ...);
    (objects.insert(std::string(nn::ActivationFunction<F>::name)), ...);
    CHECK(layers.size() == sizeof...(F));
    CHECK(objects.size() == sizeof...(F));
  }(Layers());
  CHECK(nn::GELU().name() == "GELU");
  CHECK(nn::BasicTanh<double>().name() == "Tanh");
}

TEST_CASE("a layer's parameter is the function's, by default Keras'") {
  const Tensor<float> x = xt::xarray<float>{-1.f};
  CHECK(nn::LeakyReLU()(x).item() == -0.3f);
  CHECK(leaky_relu(x).item() == -0.01f);  // the op's is PyTorch's
  CHECK(nn::LeakyReLU(0.5)(x).item() == -0.5f);
  CHECK(nn::leaky_relu(x).item() == -0.2f);
  CHECK(nn::leaky_relu(0.5)(x).item() == -0.5f);
  CHECK(nn::ELU(2)(x).item() == Approx(2 * std::expm1(-1.)));
  CHECK_THROWS_WITH_AS(nn::CELU(0)(x), Contains("celu: alpha must be above 0"), DomainError);
  CHECK_THROWS_WITH_AS(nn::CELU(0)(x), Contains("[activation_test.cpp:"), DomainError);
}

TEST_CASE("a Dense takes any activation of the catalogue, of either type, with a parameter or without") {
  const Tensor<double> x = xt::xarray<double>{{1., -2.}};
  const auto with = [&](nn::AnyActivation<double> activation) {
    nn::Random random(3);
    const nn::BasicDense<double> layer(2, 4, {.activation = std::move(activation)}, random);
    return layer(x);
  };
  const Tensor<double> sums = with({});
  CHECK(with(nn::gelu).value() == gelu(sums).value());
  CHECK(with(nn::elu(0.5)).value() == elu(sums, 0.5).value());
  CHECK(with(nn::BasicSiLU<double>()).value() == silu(sums).value());
  CHECK(nn::Dense(2, 2, {.activation = nn::mish}).name() == "Dense, mish");
}

TEST_CASE("layers of activations stand in a Sequential") {
  nn::Sequential model{nn::Dense(2, 3), nn::GELU(), nn::Dense(3, 3), nn::LeakyReLU(0.1), nn::Softplus()};
  CHECK(model.layers()[1].name() == "GELU");
  CHECK(model.layers()[3].name() == "LeakyReLU");
  CHECK(text(model(Tensor<float>(xt::xarray<float>{{1.f, 2.f}})).shape()) == "(1, 3)");
}
