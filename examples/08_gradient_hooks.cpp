// Gradients on their way back: looked at, clipped, scaled, turned round.
#include <tapegrad/autodiff.h>
#include <tapegrad/tape/gradient_hooks.h>

#include <iostream>

using namespace tapegrad;

int main() {
  const Tensor<double> x = xt::xarray<double>{{1., -2.}, {0.5, 3.}, {-1.5, 0.25}};
  const Tensor<double> w = variable(xt::xarray<double>{{0.3, -0.6}, {0.9, 0.1}}, "w");
  const Tensor<double> v = variable(xt::xarray<double>{{4., 1.}, {-7., 0.5}}, "v");

  // Look at a gradient inside a model: go on with what on_gradient returns.
  {
    Tape tape;
    Tensor<double> hidden = tanh(matmul(x, w));
    hidden = on_gradient(hidden, [](const Tensor<double>& g) {
      std::cout << "the largest gradient of the hidden layer is " << amax(abs(g)).item() << '\n';
    });
    tape.backward(mean(square(matmul(hidden, v))));
  }

  // Replace it: no element of the gradient that reaches w is above 0.1.
  Tape tape;
  const Tensor<double> careful = on_gradient(w, [](const Tensor<double>& g) { return clip(g, -0.1, 0.1); });
  const Gradients clipped = tape.backward(mean(square(matmul(tanh(matmul(x, careful)), v))));
  std::cout << "clipped to " << amax(abs(clipped[w])).item() << "\n\n";

  // Scale it: features learn ten times slower than what stands on them. Reverse it: features learn to make the second
  // loss larger, so that they hold nothing which tells the two domains apart (Ganin and Lempitsky 2015).
  const Tensor<double> domain = xt::xarray<double>{{1., 0.}, {0., 0.}, {1., 1.}};
  auto both_losses = [&](bool reversed) {
    Tape both;
    const Tensor<double> features = tanh(matmul(x, scale_gradient(w, 0.1)));
    const Tensor<double> task = mean(square(matmul(features, v)));
    const Tensor<double> seen = reversed ? reverse_gradient(features) : features;
    const Tensor<double> critic = binary_cross_entropy_with_logits(matmul(seen, v), domain);
    return both.backward(0 * task + critic)[w];
  };
  const Tensor<double> helps = both_losses(false), fools = both_losses(true);
  std::cout << "gradient of the critic's loss for w(0, 0): " << helps(0, 0).value()
            << ", reversed: " << fools(0, 0).value() << '\n';
  return amax(abs(helps + fools)).item() == 0 && amax(abs(clipped[w])).item() <= 0.1 ? 0 : 1;
}
