// Your own elementwise op from one lambda: one pass over the arrays, one entry on the tape.
#include <cmath>
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

using namespace tapegrad;

int main() {
  const Tensor<double> x = variable(xt::xarray<double>{{-1., 0.2, 0.7}, {1.5, -0.4, 2.}}, "x");
  const Tensor<double> slope = variable(xt::xarray<double>{0.5, 1., 2.}, "slope");

  // x where it is positive, and a smooth tail that ends at -1 where it is not. Any arguments: numbers or tensors.
  auto tail = [](const auto& v, const auto& s) { return where(v > 0, v, exp(s * v) - 1); };

  Tape composed_tape;
  const Gradients composed = composed_tape.backward(sum(square(tail(x, slope))));

  Tape tape({.keep_values = true});
  const Tensor<double> loss = sum(square(fuse(tail, x, slope)));  // slope is broadcast to every row of x
  const Gradients fused = tape.backward(loss);

  std::cout << "from the ops one by one\n" << composed_tape << "\nfused\n" << tape;
  double largest = 0;
  for (const Tensor<double>& input : {x, slope}) {
    largest = std::max(largest, amax(abs(fused[input] - composed[input])).item());
  }
  std::cout << "\nlargest difference of the gradients: " << largest << '\n';

  // sum(fuse(...)) in one pass, without an array of the elements
  auto total = [tail](const Tensor<double>& v, const Tensor<double>& s) { return fuse_sum(tail, v, s); };
  const GradcheckReport report = gradcheck(total, {x, slope}, {.order = 3, .absolute = 1e-7});
  std::cout << "\nderivatives of first to third order against differences\n" << report;
  return largest < 1e-12 && report.passed() ? 0 : 1;
}
