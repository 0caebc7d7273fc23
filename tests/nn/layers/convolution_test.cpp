// Convolutional layers and pooling layers: shapes and names, first values, a small net that learns, errors.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

TEST_CASE("convolutional layers are the ops with their weights, bias and activation") {
  nn::Random random(1);
  const Tensor<float> x = normal<float>(Key(1), {2, 4, 6, 5});
  const nn::Conv2D layer(4, 6, {3, 2}, {.stride = {2, 1}, .padding = 1, .groups = 2, .activation = nn::relu}, random);
  CHECK(layer.weight.shape() == Shape{6, 2, 3, 2});
  CHECK(layer.name() == "Conv2D, relu");
  const auto y = relu(conv2d(x, layer.weight, layer.bias, {.stride = {2, 1}, .padding = 1, .groups = 2}));
  CHECK(all(layer(x) == y));
  const nn::Conv1D line(3, 2, 3, {.padding = Padding::same, .use_bias = false});
  CHECK(line(normal<float>(Key(1), {2, 3, 7})).shape() == Shape{2, 2, 7});
  CHECK(nn::Conv3D(1, 2, 2)(normal<float>(Key(1), {1, 1, 3, 3, 3})).shape() == Shape{1, 2, 2, 2, 2});
  const nn::ConvTranspose2D larger(4, 3, 2, {.stride = 2, .bias_initializer = nn::constant(0.5)});
  CHECK(larger.weight.shape() == Shape{4, 3, 2, 2});
  CHECK(larger(x).shape() == Shape{2, 3, 12, 10});
  CHECK(all(larger(x) == conv_transpose2d(x, larger.weight, larger.bias, {.stride = 2})));
  CHECK(nn::BasicTransposedConvolution<double, 1>(1, 2, 3).name() == "ConvTranspose1D");
  CHECK(nn::ConvTranspose3D(1, 2, 2)(normal<float>(Key(1), {1, 1, 2, 2, 2})).shape() == Shape{1, 2, 3, 3, 3});
}

TEST_CASE("a kernel begins with Glorot's limits for what goes into and out of each place") {
  nn::Random random(2);
  const nn::BasicConvolution<double, 2> layer(32, 64, 3, {}, random);
  const double limit = std::sqrt(6. / (9 * 32 + 9 * 64));
  const double largest = amax(abs(layer.weight)).item();
  CHECK(largest <= limit);
  CHECK(largest > 0.99 * limit);
  const nn::BasicTransposedConvolution<double, 1> turned(100, 10, 5, {.initializer = nn::he_normal}, random);
  CHECK(stddev(turned.weight).item() == Approx(std::sqrt(2. / 500)).epsilon(0.05));
}

TEST_CASE("pooling layers and Flatten stand between convolutions and Dense") {
  const Tensor<float> x = normal<float>(Key(1), {2, 3, 6, 4});
  CHECK(all(nn::MaxPool2D(2)(x) == max_pool2d(x, 2)));
  CHECK(all(nn::AveragePool2D({3, 2}, {.stride = 1})(x) == avg_pool2d(x, {3, 2}, {.stride = 1})));
  const Tensor<float> line = normal<float>(Key(1), {2, 3, 6});
  CHECK(all(nn::MaxPool1D(2)(line) == max_pool1d(line, 2)));
  CHECK(all(nn::AveragePool1D(3)(line) == avg_pool1d(line, 3)));
  CHECK(allclose(nn::GlobalAveragePool()(x), mean(x, {2, 3})));
  CHECK(nn::Flatten()(x).shape() == Shape{2, 72});
  CHECK(nn::Flatten()(zeros<float>({0, 3, 2})).shape() == Shape{0, 6});
  CHECK(nn::MaxPool2D(2).name() == "MaxPool2D");
  CHECK_THROWS_WITH_AS(nn::Flatten()(Tensor<float>(1.f)), Contains("Flatten: needs a batch, but got a number [conv"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::GlobalAveragePool()(zeros<float>({2, 3})),
                       Contains("GlobalAveragePool: needs (batch, channels, ...), but got (2, 3) [convolution_"),
                       ShapeError);
}

TEST_CASE("a small convolutional net learns where a bar lies") {
  // Pictures with a horizontal or a vertical bar at a random place.
  const std::size_t count = 128;
  Tensor<float> x = zeros<float>({count, 1, 8, 8});
  Indices labels{Shape{count}};
  const Indices places = randint(Key(4), {count}, 0, 8);
  for (std::size_t n = 0; n < count; ++n) {
    labels.mutable_data()[n] = int(n % 2);
    const auto at = std::size_t(places.data()[n]);
    for (std::size_t i = 0; i < 8; ++i) x.mutable_data()[n * 64 + (n % 2 ? at * 8 + i : i * 8 + at)] = 1;
  }
  nn::seed(3);
  nn::Sequential net{nn::Conv2D(1, 4, 3, {.padding = 1, .activation = nn::relu}), nn::MaxPool2D(2),
                     nn::Conv2D(4, 8, 3, {.activation = nn::relu}), nn::GlobalAveragePool(), nn::Dense(8, 2)};
  optim::Adam adam(nn::parameters(net), {.learning_rate = 0.02});
  for (int step = 0; step < 60; ++step) {
    adam.step(value_and_grad(net, [&] { return cross_entropy(net(x), labels); }).second);
  }
  CHECK(all(cast<float>(argmax(net(x), -1)) == cast<float>(labels)));
  const nn::Sequential copy = net;
  CHECK(all(copy(x) == net(x)));
}

TEST_CASE("convolutional layers say what they cannot be, with the line") {
  CHECK_THROWS_WITH_AS(nn::Conv2D(0, 1, 3),
                       Contains("Conv2D: needs at least one channel in and one out, but got 0 and 1 [convolution_test"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::Conv2D(4, 6, 3, {.groups = 4}),
                       Contains("Conv2D: 4 channels in and 6 out cannot be split into 4 groups [convolution_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::Conv1D(4, 6, {3, 2}),
                       Contains("Conv1D: the kernel has 2 lengths, but there are 1 axes [convolution_"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose2D(4, 6, 0),
                       Contains("ConvTranspose2D: the kernel's lengths must be 1 or more, but one is 0 [conv"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::Sequential{nn::Conv2D(4, 6, 3)}(zeros<float>({1, 3, 5, 5})),
                       Contains("layer 0 (Conv2D): conv2d: w of shape (6, 4, 3, 3) is for 4 channels"), ShapeError);
}
