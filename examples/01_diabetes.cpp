// The classic first network: will a patient get diabetes? Eight measurements in, one probability out.
// usage: 01_diabetes [data folder] [output folder]
#include <cmath>
#include <cstdio>
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

// Every column minus its mean, over its deviation; both of the first `known` rows only.
static Tensor<float> standardized(const Tensor<float>& x, long known) {
  const Tensor<float> train = view(x, xt::range(0L, known), xt::all());
  const Tensor<float> centre = mean(train, {0});
  return (x - centre) / sqrt(mean(square(train - centre), {0}));
}

static nn::History train(const std::string& title, const Tensor<float>& x, const Tensor<float>& y) {
  nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 1), nn::Sigmoid()};
  std::cout << '\n' << title << '\n' << nn::summary(model, {32, 8});
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy,
                                     .optimizer = optim::Adam({.learning_rate = 1e-3}),
                                     .metrics = {nn::accuracy}});
  auto history = trainer.fit(x, y, {.epochs = 10, .batch_size = 32, .validation_split = 0.2});
  std::printf("held-out accuracy: %.3f\n", history["val_accuracy"].back());
  return history;
}

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : "examples/data", output = argc > 2 ? argv[2] : ".";
  nn::seed(1);
  const nn::Table table = nn::read_csv(data + "/pima/pima.csv");
  const Tensor<float> x = view(table.values, xt::all(), xt::range(0, 8)),
                      y = view(table.values, xt::all(), xt::range(8, 9));
  const Tensor<float> z = standardized(x, 614);

  nn::write_file(output + "/curves_raw.svg", nn::svg_curves(train("raw features", x, y), "raw features"));
  nn::write_file(output + "/curves_standardized.svg",
                 nn::svg_curves(train("standardized features", z, y), "standardized features"));

  std::cout << "\none small step on the tape\n";
  nn::Dense hidden(8, 3), last(3, 1);
  Tape tape({.keep_values = true});
  auto loss = binary_cross_entropy(sigmoid(last(relu(hidden(view(z, xt::range(0, 2)))))), view(y, xt::range(0, 2)));
  tape.backward(loss);
  std::cout << tape;
  nn::write_file(output + "/tape.dot", to_dot(tape));
  std::cout << "\nwritten to " << output << ": curves_raw.svg, curves_standardized.svg, tape.dot\n";
}
