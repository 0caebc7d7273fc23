// Backprop by hand: the gradient of the classic network as the tape builds it, step by step, beside the formulas of a
// textbook. First a network so small that every number can be followed, then the real one on 32 patients.
// usage: 11_backprop_by_hand [data folder]
#include <algorithm>
#include <cstdio>
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;

struct Network {
  nn::BasicDense<double> hidden, output;
};

// The textbook: an error at the end, sent back through each layer.
static double worst_difference(const Network& net, const Tensor<double>& x, const Tensor<double>& t,
                               const Gradients& g) {
  const double rows = double(x.shape()[0]);
  const Tensor<double> h = relu(net.hidden(x)), p = sigmoid(net.output(h));
  const Tensor<double> delta2 = (p - t) / rows;  // sigmoid and cross-entropy together
  const Tensor<double> delta1 = matmul(delta2, transpose(net.output.weight.tensor())) * step(h);
  const std::pair<Tensor<double>, Tensor<double>> pairs[] = {
      {matmul(transpose(h), delta2), g[net.output.weight.tensor()]},
      {sum(delta2, {0}), g[net.output.bias.tensor()]},
      {matmul(transpose(x), delta1), g[net.hidden.weight.tensor()]},
      {sum(delta1, {0}), g[net.hidden.bias.tensor()]}};
  double worst = 0;
  for (const auto& [by_hand, from_tape] : pairs) worst = std::max(worst, amax(abs(by_hand - from_tape)).item());
  return worst;
}

static const char* formula_of(std::string_view op, bool last_layer) {
  if (op == "binary_cross_entropy") return "dL/dp = (p - t) / (p (1 - p)) / n";
  if (op == "sigmoid") return "delta2 = dL/dp p (1 - p) = (p - t) / n";
  if (op == "relu") return "delta1 = dL/dh where h > 0";
  if (op == "linear") return last_layer ? "dW2 = h^T delta2, db2 = sum of delta2, dL/dh = delta2 W2^T"
                                        : "dW1 = x^T delta1, db1 = sum of delta1";
  return "its gradient";
}

// Records the network, takes the steps of its sweep, and returns the gradients.
static Gradients step_by_step(const Network& net, const Tensor<double>& x, const Tensor<double>& t) {
  Tape tape({.keep_values = true});
  const Tensor<double> loss = binary_cross_entropy(sigmoid(net.output(relu(net.hidden(x)))), t);
  auto steps = tape.begin_backward(loss);
  bool last_layer = true;
  while (auto step = steps.step()) {
    if (step->op != "variable") std::cout << formula_of(step->op, last_layer) << "\n  " << *step;
    if (step->op == "linear") last_layer = false;
  }
  std::cout << "\nthe tape, from bottom to top in the column of adjoints:\n";
  print(tape, {.values = true, .adjoints = true, .lines = false, .elements = 3});
  return steps.gradients();
}

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : "examples/data";

  std::cout << "a network of 2 inputs, 2 hidden units and 1 output, on 2 rows\n\n";
  Network small{nn::BasicDense<double>(2, 2), nn::BasicDense<double>(2, 1)};
  small.hidden.weight.set_value(xt::xarray<double>{{0.5, -1.}, {1., 0.5}});
  small.output.weight.set_value(reshape(Tensor<double>(xt::xarray<double>{1., -0.5}), {2, 1}));
  const Tensor<double> x = xt::xarray<double>{{1., 2.}, {-1., 1.}};
  const Tensor<double> t = reshape(Tensor<double>(xt::xarray<double>{1., 0.}), {2, 1});
  const double small_worst = worst_difference(small, x, t, step_by_step(small, x, t));

  std::cout << "\nthe seed network, 8-16-1, on 32 patients\n\n";
  const Tensor<double> table = cast<double>(nn::read_csv(data + "/pima/pima.csv").values);
  const Tensor<double> rows = view(table, xt::range(0, 32), xt::range(0, 8)), centre = mean(rows, {0});
  const Tensor<double> patients = (rows - centre) / sqrt(mean(square(rows - centre), {0}));
  const Tensor<double> sick = view(table, xt::range(0, 32), xt::range(8, 9));
  nn::Random random(1);
  const Network seed{nn::BasicDense<double>(8, 16, {}, random), nn::BasicDense<double>(16, 1, {}, random)};
  const double worst = worst_difference(seed, patients, sick, step_by_step(seed, patients, sick));

  std::printf("\nhand and tape differ by at most %.0e and %.0e\n", small_worst, worst);
  return small_worst < 1e-14 && worst < 1e-14 ? 0 : 1;
}
