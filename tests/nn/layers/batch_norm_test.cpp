// Batch normalisation against PyTorch: values, gradients, and the running values with their unbiased variance.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

using References = std::map<std::string, std::vector<double>>;

References references() {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/batch_norm.txt");
  References result;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (double number; words >> number;) result[name].push_back(number);
  }
  return result;
}

template <Real T>
Tensor<T> numbers(const Shape& shape, double start, double step) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(std::sin(start + step * double(i)));
  return x;
}

template <Real T>
void require_close(const Tensor<T>& x, const std::vector<double>& reference) {
  REQUIRE(x.size() == reference.size());
  const double bound = std::is_same_v<T, double> ? 1e-12 : 2e-5;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(std::abs(x.data()[i] - reference[i]) <= bound * std::max(1., std::abs(reference[i])));
  }
}

template <Real T>
void follow() {
  const References r = references();
  nn::BasicBatchNorm<T> layer(3, {.momentum = 0.8, .epsilon = 1e-3});
  layer.weight.set_value(numbers<T>({3}, 1, 0.7) + 1.5);
  layer.bias.set_value(numbers<T>({3}, 2, 0.9));
  {
    nn::ModeScope training(layer, nn::Mode::training);
    for (int number = 0; number < 3; ++number) {
      const std::string n = std::to_string(number);
      const Tensor<T> x = variable(numbers<T>({4, 5, 3}, number, 1.7) * (1 + number), "x");
      Tape tape;
      const Tensor<T> y = layer(x);
      require_close(y, r.at("y" + n));
      const Gradients g = tape.backward(sum(y * numbers<T>({4, 5, 3}, 3 + number, 2.3)));
      require_close(g[x], r.at("dx" + n));
      require_close(g[layer.weight], r.at("dweight" + n));
      require_close(g[layer.bias], r.at("dbias" + n));
    }
  }
  require_close<T>(layer.running_mean, r.at("running_mean"));
  require_close<T>(layer.running_variance, r.at("running_variance"));
  const Tensor<T> x = variable(numbers<T>({4, 3}, 5, 1.3), "x");
  Tape tape;
  const Tensor<T> y = layer(x);
  require_close(y, r.at("inference"));
  const Gradients g = tape.backward(sum(y * numbers<T>({4, 3}, 6, 2.9)));
  require_close(g[x], r.at("inference_dx"));
  require_close(g[layer.weight], r.at("inference_dweight"));
}

}  // namespace

TEST_CASE("batch normalisation follows PyTorch in training and in inference, in float and in double") {
  follow<float>();
  follow<double>();
}

TEST_CASE("the gradients of batch normalisation pass the check in both modes, to second order") {
  nn::BasicBatchNorm<double> layer(3);
  const Tensor<double> x = numbers<double>({5, 3}, 0, 1.1), weights = numbers<double>({5, 3}, 2, 0.7);
  auto loss = [&](const Tensor<double>& input) { return sum(layer(input) * weights); };
  for (const nn::Mode mode : {nn::Mode::training, nn::Mode::inference}) {
    nn::ModeScope scope(layer, mode);
    CHECK(gradcheck(loss, {x}, {.order = 2}).passed());
    CHECK(nn::gradcheck(layer, [&] { return loss(x); }).passed());
  }
}

TEST_CASE("the running values are buffers: copied, and not moved in inference") {
  nn::Sequential model{nn::Dense(2, 3), nn::BatchNorm(3)};
  const auto buffers = nn::buffers(model);
  REQUIRE(buffers.size() == 2);
  CHECK(buffers[1].name == "1.running_variance");
  CHECK(nn::parameters(model).size() == 4);
  auto running = [](nn::Sequential& m) {
    return std::vector<float>(std::get<nn::Buffer<float>*>(nn::buffers(m)[0].buffer)->data(),
                              std::get<nn::Buffer<float>*>(nn::buffers(m)[0].buffer)->data() + 3);
  };
  const Tensor<float> x = numbers<float>({6, 2}, 1, 0.8);
  const auto before = running(model);
  model(x);
  CHECK(running(model) == before);
  nn::Sequential copy = model;
  {
    nn::ModeScope training(model, nn::Mode::training);
    model(x);
  }
  CHECK(running(model) != before);
  CHECK(running(copy) == before);
  copy = model;
  CHECK(running(copy) == running(model));
}

TEST_CASE("the features may stand along another axis, as channels of images do") {
  nn::BasicBatchNorm<double> last(3, {.momentum = 0.8}), channels(3, {.momentum = 0.8, .axis = 1});
  for (auto* layer : {&last, &channels}) {
    layer->weight.set_value(numbers<double>({3}, 1, 0.7));
    layer->bias.set_value(numbers<double>({3}, 2, 0.9));
  }
  const auto x = variable(numbers<double>({4, 5, 2, 3}, 0, 1.7)), g = numbers<double>({4, 5, 2, 3}, 3, 2.3);
  const auto gradients = [&](const nn::BasicBatchNorm<double>& layer, bool moved) {
    Tape tape;
    const auto y = layer(moved ? moveaxis(x, -1, 1) : x);
    const auto loss = sum((moved ? moveaxis(y, 1, -1) : y) * g);
    return tape.gradient(loss, std::vector<Tensor<double>>{x, layer.weight, layer.bias});
  };
  for (const nn::Mode mode : {nn::Mode::training, nn::Mode::inference}) {
    nn::ModeScope in_last(last, mode), in_channels(channels, mode);
    const auto wanted = gradients(last, false), found = gradients(channels, true);
    for (std::size_t i = 0; i < 3; ++i) CHECK(allclose(found[i], wanted[i], 1e-12, 1e-12));
  }
  CHECK(allclose(channels.running_mean, last.running_mean));
  CHECK(allclose(channels.running_variance, last.running_variance));
  nn::ModeScope training(channels, nn::Mode::training);
  CHECK(channels(moveaxis(x, -1, 1)).shape() == Shape{4, 3, 5, 2});
  CHECK_THROWS_WITH_AS(
      channels(x), Contains("batch_norm: needs inputs of 3 features along axis 1, with a batch, but got (4, 5, 2, 3) ["),
      ShapeError);
}

TEST_CASE("batch normalisation refuses what it cannot normalise") {
  nn::BatchNorm layer(3);
  CHECK_THROWS_WITH_AS(
      layer(Tensor<float>::full({4, 2}, 1)),
      Contains("batch_norm: needs inputs of shape (..., 3), with a batch, but got (4, 2) [batch_norm_"), ShapeError);
  CHECK_THROWS_AS(layer(Tensor<float>()), ShapeError);
  CHECK(layer(Tensor<float>::full({1, 3}, 1)).size() == 3);
  nn::ModeScope training(layer, nn::Mode::training);
  CHECK_THROWS_WITH_AS(layer(Tensor<float>::full({1, 3}, 1)), Contains("a batch of 1 row has no variance"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm(0), Contains("at least one feature"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm(1, {.momentum = 2}), Contains("must be in [0, 1]"), DomainError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm(1, {.epsilon = 0}), Contains("epsilon must be finite and above 0, but is 0"),
                       DomainError);
}
