// Training with several inputs and outputs, with labels, and in double.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <tuple>

using namespace tapegrad;
using doctest::Contains;

namespace {

// Numbers between -1 and 1 without a pattern.
template <Real T>
Tensor<T> numbers(const Shape& shape, double frequency) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(std::sin(frequency * double(i * i % 1000003)));
  return x;
}

// Two inputs, of which one counts twice.
template <Real T>
struct Adds {
  nn::BasicDense<T> left{2, 1}, right{3, 1};
  void parts(nn::Parts& part) {
    part("left", left);
    part("right", right);
  }
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b) const { return left(a) + 2 * right(b); }
};

// Two outputs of one input: a number and three classes.
struct Forks {
  nn::Dense price{4, 1}, kind{4, 3};
  void parts(nn::Parts& part) {
    part("price", price);
    part("kind", kind);
  }
  std::tuple<Tensor<float>, Tensor<float>> operator()(const Tensor<float>& x) const { return {price(x), kind(x)}; }
};

// Rows of a table, chosen by integers.
struct Picks {
  nn::Dense table{3, 2};
  void parts(nn::Parts& part) { part("table", table); }
  Tensor<float> operator()(const Indices& which, const Tensor<float>& scale) const {
    Tensor<float> one_hot = Tensor<float>::full({which.size(), 3}, 0);
    for (std::size_t i = 0; i < which.size(); ++i) one_hot.mutable_data()[i * 3 + std::size_t(which.data()[i])] = 1;
    return table(one_hot) * scale;
  }
};

// Its operator() is a template, so that what it takes is found by trying.
struct Generic {
  using value_type = double;
  nn::BasicDense<double> layer{2, 1};
  void parts(nn::Parts& part) { part("layer", layer); }
  auto operator()(const auto& a, const auto& b) const { return layer(a * b); }
};

}  // namespace

TEST_CASE("a model's element type is found from its value_type, its arguments or a call") {
  static_assert(std::same_as<nn::ValueTypeOf<nn::Sequential>, float>);
  static_assert(std::same_as<nn::ValueTypeOf<nn::BasicSequential<double>>, double>);
  static_assert(std::same_as<nn::ValueTypeOf<Adds<double>>, double>);
  static_assert(std::same_as<nn::ValueTypeOf<Forks>, float>);
  static_assert(std::same_as<nn::ValueTypeOf<Picks>, float>);
  static_assert(std::same_as<nn::ValueTypeOf<Generic>, double>);
  auto overloaded = [](const auto& x) -> Tensor<double> { return x; };
  static_assert(std::same_as<nn::ValueTypeOf<decltype(overloaded)>, float>);
}

TEST_CASE("a model of doubles is trained in double") {
  nn::seed(4);
  nn::BasicSequential<double> model{nn::BasicDense<double>(3, 8), nn::BasicTanh<double>(),
                                    nn::BasicDense<double>(8, 1)};
  auto trainer =
      nn::compile(model, {.loss = nn::mean_squared_error, .optimizer = optim::Adam({.learning_rate = 0.05})});
  const auto x = numbers<double>({60, 3}, 0.7), y = sum(x, {1}, {.keepdims = true});
  nn::History history = trainer.fit(x, y, {.epochs = 40, .validation_split = 0.2, .verbose = 0});
  CHECK(history["loss"].back() < 1e-2 * history["loss"].front());
  CHECK(history["val_loss"].size() == 40);
  const Tensor<double> prediction = trainer.predict(x);
  CHECK(text(prediction.shape()) == "(60, 1)");
  const xt::xarray<double> plain = x.value();
  CHECK(trainer.evaluate(plain, y)["loss"] == doctest::Approx(double(mean(square(prediction - y)).item())));
}

TEST_CASE("a model with two inputs is given both, cut and shuffled together") {
  nn::seed(5);
  Adds<double> model;
  auto trainer =
      nn::compile(model, {.loss = nn::mean_squared_error, .optimizer = optim::Adam({.learning_rate = 0.05})});
  const auto a = numbers<double>({50, 2}, 0.7), b = numbers<double>({50, 3}, 0.3);
  const Tensor<double> y = sum(a, {1}, {.keepdims = true}) - 3 * sum(b, {1}, {.keepdims = true});
  trainer.fit({a, b}, y, {.epochs = 200, .batch_size = 8, .validation_data = {{{a, b}, y}}, .verbose = 0});
  CHECK(trainer.evaluate({a, b}, y)["loss"] < 1e-4);
  for (int i = 0; i < 2; ++i) CHECK(model.left.weight.tensor().data()[i] == doctest::Approx(1).epsilon(0.01));
  for (int i = 0; i < 3; ++i) CHECK(model.right.weight.tensor().data()[i] == doctest::Approx(-1.5).epsilon(0.01));
  CHECK(text(trainer.predict({a, b}, {.batch_size = 7}).shape()) == "(50, 1)");

  CHECK_THROWS_WITH_AS(trainer.fit(a, y, {.verbose = 0}),
                       Contains("called with (a tensor, a tensor), but the inputs are (a tensor)"), Error);
  const Tensor<double> short_b = b.value().size() ? numbers<double>({49, 3}, 0.3) : b;
  CHECK_THROWS_WITH_AS(trainer.fit({a, short_b}, y),
                       Contains("same number of rows, at least one, but are (50, 2), (49, 3) and (50, 1) [arrays_test"),
                       ShapeError);
}

TEST_CASE("a model whose operator() is a template is called with what fit is given") {
  Generic model;
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const auto x = numbers<double>({10, 2}, 0.7), y = numbers<double>({10, 1}, 0.3);
  CHECK(trainer.fit({x, x}, y, {.verbose = 0})["loss"].size() == 1);
  CHECK_THROWS_WITH_AS(trainer.predict(x), Contains("called with (another number of tensors)"), Error);
  CHECK_THROWS_WITH_AS(trainer.predict({x, xt::xarray<int>(xt::zeros<int>({10}))}),
                       Contains("called with (tensors), but the inputs are (a tensor, integers)"), Error);
}

TEST_CASE("a model with two outputs has a loss for each, weights and names") {
  nn::seed(6);
  Forks model;
  auto trainer = nn::compile(model, {.loss = {nn::mean_squared_error, nn::cross_entropy},
                                     .optimizer = optim::Adam({.learning_rate = 0.05}),
                                     .metrics = {nn::of_output(1, nn::accuracy)},
                                     .loss_weights = {0.5, 2},
                                     .output_names = {"price", "kind"}});
  const auto x = numbers<float>({90, 4}, 0.7);
  const Tensor<float> price = sum(x, {1}, {.keepdims = true});
  const Indices kind = argmax(view(x, xt::all(), xt::range(0, 3)), 1);
  nn::History history = trainer.fit(x, {price, kind}, {.epochs = 60, .batch_size = 16, .verbose = 0});
  std::vector<std::string> names;
  for (const auto& [name, values] : history) names.push_back(name);
  CHECK(names == std::vector<std::string>{"kind_accuracy", "kind_loss", "loss", "price_loss"});
  CHECK(history["kind_accuracy"].back() > 0.9);
  CHECK(history["price_loss"].back() < 1e-2);

  nn::Scores scores = trainer.evaluate(x, {price, kind});
  const auto [prices, kinds] = trainer.predict(x);
  CHECK(text(prices.shape()) == "(90, 1)");
  const double first = nn::mean_squared_error(prices, price).item(), second = nn::cross_entropy(kinds, kind).item();
  CHECK(scores["price_loss"] == doctest::Approx(first));
  CHECK(scores["kind_loss"] == doctest::Approx(second));
  CHECK(scores["loss"] == doctest::Approx(0.5 * first + 2 * second));
  CHECK(scores["kind_accuracy"] == doctest::Approx(nn::accuracy(kinds, kind)));
}

TEST_CASE("one loss is that of every output, and names are counted when none are given") {
  struct Both {
    nn::Dense layer{2, 1};
    void parts(nn::Parts& part) { part("layer", layer); }
    std::vector<Tensor<float>> operator()(const Tensor<float>& x) const { return {layer(x), layer(x) * 2}; }
  } model;
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const auto x = numbers<float>({6, 2}, 0.7), y = numbers<float>({6, 1}, 0.3);
  nn::Scores scores = trainer.evaluate(x, {y, y});
  CHECK(scores.size() == 3);
  CHECK(scores["loss"] == doctest::Approx(scores["output_1_loss"] + scores["output_2_loss"]));
  CHECK(trainer.predict(x, {.batch_size = 4}).size() == 2);
}

TEST_CASE("inputs may be integers") {
  Picks model;
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const xt::xarray<int> which{0, 2, 1, 2, 0};
  const auto scale = numbers<float>({5, 1}, 0.7), y = numbers<float>({5, 2}, 0.3);
  CHECK(trainer.fit({which, scale}, y, {.batch_size = 2, .verbose = 0})["loss"].size() == 1);
  const Tensor<float> whole = trainer.predict({which, scale}),
                      parts = trainer.predict({which, scale}, {.batch_size = 2});
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole.data()[i] == parts.data()[i]);
  CHECK_THROWS_WITH_AS(trainer.predict({scale, scale}),
                       Contains("called with (integers, a tensor), but the inputs are (a tensor, a tensor)"), Error);
}

TEST_CASE("labels are targets of cross-entropy and of accuracy") {
  nn::seed(7);
  nn::Sequential model{nn::Dense(3, 16), nn::ReLU(), nn::Dense(16, 3)};
  auto trainer = nn::compile(
      model, {.loss = nn::cross_entropy, .optimizer = optim::Adam({.learning_rate = 0.02}), .metrics = {nn::accuracy}});
  const auto x = numbers<float>({200, 3}, 0.7);
  const Indices labels = argmax(x, 1);
  nn::History history = trainer.fit(x, labels, {.epochs = 20, .validation_split = 0.25, .verbose = 0});
  CHECK(history["accuracy"].back() > 0.9);
  CHECK(history["val_accuracy"].back() > 0.85);
  CHECK(trainer.evaluate(x, labels)["accuracy"] > 0.9);
}

TEST_CASE("losses, outputs and targets that do not go together are refused") {
  Forks model;
  const auto x = numbers<float>({4, 4}, 0.7), y = numbers<float>({4, 1}, 0.3);
  const Indices labels = argmax(x, 1);
  auto one = nn::compile(model, {.loss = {nn::mean_squared_error, nn::cross_entropy}});
  CHECK_THROWS_WITH_AS(one.evaluate(x, {y, y, y}),
                       Contains("there are 3 targets, one for each output of the model, but "
                                "2 losses [arrays_test.cpp:"),
                       Error);
  auto shared = nn::compile(model, {.loss = nn::mean_squared_error});
  CHECK_THROWS_WITH_AS(shared.fit(x, y, {.verbose = 0}),
                       Contains("fit: the model gives 2 outputs, but there are targets for 1"), Error);
  CHECK_THROWS_WITH_AS(shared.evaluate(x, {y, labels}),
                       Contains("mean_squared_error: takes numbers, but the targets are labels of shape (4,)"), Error);
  auto weighed = nn::compile(model, {.loss = nn::mean_squared_error, .loss_weights = {1}});
  CHECK_THROWS_WITH_AS(weighed.evaluate(x, {y, y}), Contains("but 1 loss_weights"), Error);
  auto named = nn::compile(model, {.loss = nn::mean_squared_error, .output_names = {"a", "b", "c"}});
  CHECK_THROWS_WITH_AS(named.evaluate(x, {y, y}), Contains("but 3 output_names"), Error);
  auto far = nn::compile(model, {.loss = nn::mean_squared_error, .metrics = {nn::of_output(2, nn::accuracy)}});
  CHECK_THROWS_WITH_AS(far.evaluate(x, {y, y}), Contains("\"accuracy\" is of output 2, counted from 0"), Error);
  auto sparse = nn::compile(model, {.loss = nn::sparse_categorical_cross_entropy});
  CHECK_THROWS_WITH_AS(sparse.evaluate(x, {y, y}),
                       Contains("sparse_categorical_cross_entropy: takes labels, but the targets are numbers"), Error);
}

TEST_CASE("the optimizer of a trainer can be changed between calls of fit") {
  nn::Sequential model{nn::Dense(2, 1)};
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error, .optimizer = optim::Sgd({.learning_rate = 0.1})});
  const auto x = numbers<float>({8, 2}, 0.7), y = numbers<float>({8, 1}, 0.3);
  trainer.optimizer().learning_rate() = 0;
  const Tensor<float> before = trainer.predict(x);
  trainer.fit(x, y, {.verbose = 0});
  const Tensor<float> after = trainer.predict(x);
  for (std::size_t i = 0; i < 8; ++i) CHECK(before.data()[i] == after.data()[i]);
  trainer.optimizer<optim::Sgd>().options.learning_rate = 0.1;
  trainer.fit(x, y, {.verbose = 0});
  CHECK(trainer.predict(x).data()[0] != before.data()[0]);
  CHECK(trainer.optimizer().state().contains("0.weight/step"));
  CHECK_THROWS_WITH_AS(trainer.optimizer<optim::Adam>(), Contains("an optimizer of another type"), Error);
}

TEST_CASE("options that are used twice make optimizers of their own") {
  nn::Sequential first{nn::Dense(1, 1)}, second{nn::Dense(1, 1)};
  const nn::CompileOptions options{.loss = nn::mean_squared_error, .optimizer = optim::Sgd({.learning_rate = 0.1})};
  auto one = nn::compile(first, options), two = nn::compile(second, options);
  one.optimizer().learning_rate() = 0.5;
  CHECK(two.optimizer().learning_rate() == 0.1);
  const Tensor<float> x = Tensor<float>::full({1, 1}, 1), y = Tensor<float>::full({1, 1}, 5);
  const float weight = second.layers()[0](x).item();
  one.fit(x, y, {.verbose = 0});
  CHECK(second.layers()[0](x).item() == weight);
}
