// A network that solves a differential equation: -u'' = pi^2 sin(pi x) on [0, 1], u(0) = u(1) = 0 (Raissi et al. 2019).
// The loss holds the second derivative of the network, and is differentiated with respect to its weights.
#include <cmath>
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;
constexpr double pi = 3.14159265358979323846;

struct Solution {
  nn::BasicDense<double> hidden{1, 16, {.activation = nn::tanh}};
  nn::BasicDense<double> middle{16, 16, {.activation = nn::tanh}};
  nn::BasicDense<double> output{16, 1};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("middle", middle);
    part("output", output);
  }
  // x (points, 1); the factor x (1 - x) makes every u keep the boundary values
  Tensor<double> operator()(const Tensor<double>& x) const { return x * (1 - x) * output(middle(hidden(x))); }
};

int main() {
  nn::seed(3);
  const std::size_t points = 33;
  const Tensor<double> x = xt::xarray<double>(xt::reshape_view(xt::linspace(0., 1., points), {points, std::size_t(1)}));
  const Tensor<double> force = pi * pi * xt::sin(pi * x.value()), ones = Tensor<double>::full({points, 1}, 1);

  Solution u;
  // Each row of u depends on its own x only: one push along ones is the derivative at every point.
  auto first = [&](const Tensor<double>& at) { return jvp(u, at, ones).second; };
  auto second = [&](const Tensor<double>& at) { return jvp(first, at, ones).second; };
  auto loss_of = [&] { return mean(square(second(x) + force)); };

  optim::Adam adam(nn::parameters(u), {.learning_rate = 1e-2});
  double loss = 0;
  for (int step = 0; step <= 1000; ++step) {
    const auto [value, gradients] = value_and_grad(u, loss_of);
    loss = value.item();
    adam.step(gradients);
    if (step % 200 == 0) std::cout << "step " << step << "  loss " << loss << '\n';
  }

  double worst = 0;
  const Tensor<double> found = u(x);
  std::cout << "\n   x        u     sin(pi x)\n";
  for (std::size_t i = 0; i < points; ++i) {
    const double at = x.data()[i], exact = std::sin(pi * at);
    worst = std::max(worst, std::abs(found.data()[i] - exact));
    if (i % 8 == 0) std::printf("%5.3f  %8.5f  %8.5f\n", at, found.data()[i], exact);
  }
  std::cout << "largest error against the exact solution: " << worst << '\n';
  return worst < 1e-3 ? 0 : 1;
}
