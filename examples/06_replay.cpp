// Is the gradient of a float model right? Its tape is run again in double, and checked there.
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;

int main() {
  nn::seed(1);
  nn::Dense hidden(3, 4), output(4, 1);  // float, like everything in nn
  const Tensor<float> x = xt::xarray<float>{{0.5f, -1.f, 2.f}, {1.5f, 0.3f, -0.7f}};
  const Tensor<float> y = reshape(Tensor<float>(xt::xarray<float>{1.f, 0.f}), {2, 1});

  Tape tape({.replayable = true});  // keeps each op itself beside its rule
  const Tensor<float> loss = binary_cross_entropy(sigmoid(output(tanh(hidden(x)))), y);
  const Gradients gradients = tape.backward(loss);

  const Tensor<float>& w = hidden.weight;
  const Tensor<double> w64 = cast<double>(constant(w));
  std::cout.precision(17);
  std::cout << "the loss in float:  " << loss.item() << '\n';
  std::cout << "the same in double: " << tape.replay<double>(loss, {}).item() << "\n\n";
  std::cout.precision(6);

  auto replayed = [&](const Tensor<double>& weight) { return tape.replay<double>(loss, {{w, weight}}); };
  const GradcheckReport report = gradcheck(replayed, {w64}, {.order = 2});
  std::cout << report << '\n';

  // gradcheck does all this by itself for a function of nothing that reads float variables; a whole model is
  // nn::gradcheck(model, loss).
  const auto whole_loss = [&] { return binary_cross_entropy(sigmoid(output(tanh(hidden(x)))), y); };
  const GradcheckReport by_itself = gradcheck(whole_loss, {w, output.bias.tensor()}, {.order = 2});
  std::cout << by_itself << '\n';

  const Tensor<double> weight = variable(w64, "weight");
  Tape in_double;
  const Tensor<double> exact = in_double.backward(replayed(weight))[weight];
  const double difference = amax(abs(cast<double>(gradients[w]) - exact)).item();
  std::cout << "the gradient in float differs from the one in double by " << difference << '\n';
  return report.passed() && by_itself.passed() && difference < 1e-6 ? 0 : 1;
}
