// The seed network on the Pima data, against Keras-like runs and against PyTorch's losses.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>

using namespace tapegrad;
using doctest::Contains;

namespace {

const std::string data_folder = TAPEGRAD_DATA_DIR, reference_folder = TAPEGRAD_REFERENCE_DIR;

// Features standardized in double by the mean and population deviation of the first 614 rows.
nn::Dataset pima() {
  const Tensor<double> table = cast<double>(nn::read_csv(data_folder + "/pima/pima.csv").values);
  const Tensor<double> x = view(table, xt::all(), xt::range(0, 8)), train = view(x, xt::range(0, 614));
  const Tensor<double> centre = mean(train, {0});
  return {cast<float>((x - centre) / sqrt(mean(square(train - centre), {0}))),
          cast<float>(view(table, xt::all(), xt::range(8, 9)))};
}

struct Mlp {
  nn::Dense hidden{8, 16}, output{16, 1};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  Tensor<float> operator()(const Tensor<float>& x) const { return sigmoid(output(relu(hidden(x)))); }
};

// The weights that tests/references/seed_model_losses.py starts from.
Mlp reference_model() {
  Mlp model;
  Tensor<float> w1 = Tensor<float>::empty({8, 16}), w2 = Tensor<float>::empty({16, 1});
  for (int k = 0; k < 128; ++k) w1.mutable_data()[k] = float(0.3 * std::sin(1.0 + 1.7 * k));
  for (int k = 0; k < 16; ++k) w2.mutable_data()[k] = float(0.3 * std::sin(2.0 + 2.3 * k));
  model.hidden.weight.set_value(w1);
  model.output.weight.set_value(w2);
  return model;
}

template <class Optimizer>
void follow(std::size_t column, auto options) {
  const Tensor<float> reference = nn::read_csv(reference_folder + "/seed_model_losses.csv").values;
  REQUIRE(reference.shape()[0] == 100);
  const nn::Dataset all = pima();
  const auto batches = nn::batches({view(all.inputs, xt::range(0, 614)), view(all.targets, xt::range(0, 614))});
  Mlp model = reference_model();
  Optimizer optimizer(nn::parameters(model), options);
  for (std::size_t step = 0; step < 100; ++step) {
    const nn::Dataset& batch = batches[step % batches.size()];
    Tape tape;
    auto loss = nn::binary_cross_entropy(model(batch.inputs), batch.targets);
    CHECK(std::abs(loss.item() - reference.value()(step, column)) < 1e-5);
    optimizer.step(tape.backward(loss));
  }
}

}  // namespace

TEST_CASE("adam follows PyTorch's losses for 100 steps") {
  follow<optim::Adam>(1, optim::AdamOptions{.learning_rate = 1e-3});
}
TEST_CASE("sgd with nesterov momentum follows PyTorch's losses for 100 steps") {
  follow<optim::Sgd>(2, optim::SgdOptions{.learning_rate = 0.01, .momentum = 0.9, .nesterov = true});
}
TEST_CASE("adamw follows PyTorch's losses for 100 steps") {
  follow<optim::AdamW>(3, optim::AdamWOptions{.learning_rate = 1e-3, .weight_decay = 0.1});
}

TEST_CASE("twenty seeds of the diabetes example land where Keras does") {
  const nn::Dataset data = pima();
  double accuracy = 0, loss = 0;
  for (int seed = 1; seed <= 20; ++seed) {
    nn::seed(std::uint64_t(seed));
    nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 1), nn::Sigmoid()};
    auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy, .metrics = {nn::accuracy}});
    auto history = trainer.fit(data.inputs, data.targets, {.epochs = 10, .validation_split = 0.2, .verbose = 0});
    CHECK(history["val_accuracy"].size() == 10);
    accuracy += history["val_accuracy"].back() / 20;
    loss += history["loss"].back() / 20;
  }
  MESSAGE("mean held-out accuracy ", accuracy, ", mean loss of the last epoch ", loss);
  CHECK(std::abs(accuracy - 0.745) < 0.021);
  CHECK(std::abs(loss - 0.521) < 0.025);
}

TEST_CASE("fit and evaluate refuse what does not fit") {
  nn::Sequential model{nn::Dense(2, 1), nn::Sigmoid()};
  CHECK_THROWS_WITH_AS(nn::compile(model, {.loss = {}}), Contains("there is no loss"), Error);
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy});
  const Tensor<float> x = Tensor<float>::full({4, 2}, 1), y = Tensor<float>::full({3, 1}, 1);
  CHECK_THROWS_WITH_AS(trainer.fit(x, y), Contains("same number of rows"), ShapeError);
  const Tensor<float> z = Tensor<float>::full({4, 1}, 1);
  CHECK_THROWS_WITH_AS(trainer.fit(x, z, {.validation_split = 1.5}), Contains("validation_split"), DomainError);
  CHECK_THROWS_WITH_AS(trainer.fit(x, z, {.batch_size = 0}), Contains("batch_size"), DomainError);
  CHECK(trainer.evaluate(x, z).count("loss") == 1);
}

TEST_CASE("the same seed gives the same bits") {
  const nn::Dataset data = pima();
  auto run = [&] {
    nn::seed(11);
    nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 1), nn::Sigmoid()};
    auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy});
    return trainer.fit(data.inputs, data.targets, {.epochs = 2, .verbose = 0})["loss"];
  };
  CHECK(run() == run());
}

TEST_CASE("an optimizer without any gradient says so") {
  Mlp model, other;
  optim::Sgd sgd(nn::parameters(model));
  Tape tape;
  auto loss = sum(other(Tensor<float>::full({1, 8}, 1)));
  CHECK_THROWS_WITH_AS(sgd.step(tape.backward(loss)), Contains("none of its 4 parameters has a gradient"), Error);
}

TEST_CASE("an optimizer in a loop of one's own refuses gradients of a part that no list names") {
  Mlp model, forgotten;
  optim::Sgd sgd(nn::parameters(model));
  auto step = [&] {
    Tape tape;
    const Tensor<float> x = Tensor<float>::full({1, 8}, 1);
    sgd.step(tape.backward(sum(model(x) + forgotten(x))));
  };
  const Tensor<float> before = constant(model.output.weight.tensor());
  CHECK_THROWS_WITH_AS(step(), Contains("parameters that are in no list receive gradients, which nobody would use: "),
                       Error);
  for (std::size_t i = 0; i < 16; ++i) CHECK(model.output.weight.data()[i] == before.data()[i]);
  CHECK(std::get<Tensor<double>>(sgd.state().at("hidden.weight/step")).item() == 0);
  nn::parameters(forgotten);
  step();
}
