// Optimizers and a training run give the same bits for every number of threads.
#include <cmath>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include "same_bits.h"

using namespace tapegrad;

namespace {

// Numbers between -1 and 1 without a pattern.
template <Real T>
Tensor<T> numbers(const Shape& shape, double frequency) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(std::sin(frequency * double(i * i % 1000003)));
  return x;
}

// The parameters after five steps on 1e5 of them, float and double, in arrays of several lengths.
template <class Optimizer, class Options>
std::string after_steps(const Options& options) {
  const Tensor<float> a = variable(numbers<float>({100003}, 0.7), "a"), b = variable(numbers<float>({17}, 0.9), "b");
  const Tensor<double> c = variable(numbers<double>({301, 333}, 1.1), "c");
  Optimizer optimizer(optim::Parameters{{"a", a}, {"b", b}, {"c", c}}, options);
  for (int step = 0; step < 5; ++step) {
    Tape tape;
    const Tensor<double> loss = cast<double>(sum(square(a - 0.5)) + sum(square(b))) + sum(square(c + 0.1));
    optimizer.step(tape.backward(loss));
  }
  std::string bits;
  append(bits, a);
  append(bits, b);
  append(bits, c);
  return bits;
}

// Losses and weights of a classifier trained for some steps on batches of 130 rows.
template <Real T>
std::string trained() {
  nn::Random random(7);
  nn::BasicDense<T> hidden(200, 256, {.activation = nn::relu}, random), output(256, 10, {}, random);
  const Tensor<T> x = numbers<T>({520, 200}, 0.3);
  optim::Adam adam(optim::Parameters{{"w1", hidden.weight.tensor()},
                                     {"b1", hidden.bias.tensor()},
                                     {"w2", output.weight.tensor()},
                                     {"b2", output.bias.tensor()}},
                   {.learning_rate = 1e-2, .weight_decay = 1e-3});
  std::string bits;
  for (int step = 0; step < 12; ++step) {
    const long first = step % 4 * 130;
    Indices labels(Shape{130});
    for (long i = 0; i < 130; ++i) labels.mutable_data()[i] = std::int32_t((first + i) * 3 % 10);
    Tape tape;
    const Tensor<T> loss = cross_entropy(output(hidden(view(x, xt::range(first, first + 130)))), labels);
    append(bits, loss);
    adam.step(tape.backward(loss));
  }
  for (const auto* layer : {&hidden, &output}) {
    append(bits, layer->weight.tensor());
    append(bits, layer->bias.tensor());
  }
  return bits;
}

}  // namespace

TEST_CASE("optimizers give the same bits on one core and on several") {
  same_for_every_count([] { return after_steps<optim::Adam>(optim::AdamOptions{.weight_decay = 0.01}); });
  same_for_every_count([] {
    return after_steps<optim::Sgd>(optim::SgdOptions{.momentum = 0.9, .nesterov = true, .weight_decay = 0.01});
  });
}

TEST_CASE("a training run gives the same bits on one core and on several") {
  same_for_every_count(&trained<float>);
  same_for_every_count(&trained<double>);
}

TEST_CASE("fit gives the same bits on one core and on several") {
  const Tensor<float> x = numbers<float>({640, 100}, 0.3), y = cast<float>(numbers<float>({640, 1}, 0.9));
  same_for_every_count([&] {
    nn::seed(3);
    nn::Sequential model{nn::Dense(100, 300), nn::ReLU(), nn::Dense(300, 1)};
    auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
    auto history = trainer.fit(x, y, {.epochs = 2, .batch_size = 128, .validation_split = 0.2, .verbose = 0});
    std::string bits;
    for (const double loss : history["val_loss"]) bits.append(reinterpret_cast<const char*>(&loss), sizeof loss);
    append(bits, trainer.predict(x));
    return bits;
  });
}
