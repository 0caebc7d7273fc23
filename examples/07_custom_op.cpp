// An op of your own, from a forward and a backward: on xtensor arrays, then in ops, which can be differentiated again.
#include <tapegrad/autodiff.h>
#include <tapegrad/custom/custom_op.h>

#include <iostream>

using namespace tapegrad;

int main() {
  const Tensor<double> x = variable(xt::xarray<double>{{-1., 0.2, 0.7}, {1.5, -0.4, 2.}}, "x");
  const Tensor<double> w = variable(xt::xarray<double>{{0.5, 1., 2.}, {3., -1., 0.1}}, "w");

  // On arrays: any xtensor expression. What backward reads is named after the result; what it returns is the gradient.
  const auto cube = custom_op(
      "cube", [](const auto& v) { return with_saved(v * v * v, v); },
      [](const auto& g, const auto& v) { return 3 * g * v * v; });

  // Rounding has no useful derivative. The straight-through estimator hands the gradient on as it is (Bengio et al.
  // 2013).
  const auto rounded = custom_op(
      "rounded", [](const auto& v) { return xt::round(v); }, [](const auto& g) { return g; });

  Tape tape;
  const Gradients g = tape.backward(sum(cube(x) + rounded(x) * w));
  std::cout << tape << '\n';

  // In ops: parameters are tensors. Two inputs, two gradients, and derivatives of any order. A hypot that does not
  // overflow; its derivative is written with the result.
  const auto hypot = custom_op(
      "hypot",
      [](const auto& a, const auto& b) {
        const Tensor large = xt::maximum(xt::abs(a), xt::abs(b));
        const Tensor y =
            large * sqrt(square(a / large) + square(b / large));  // ops may be used, too: not recorded here
        return with_saved(y, a, b, y);
      },
      []<class T>(const Tensor<T>& g, const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& y) {
        return std::tuple(g * a / y, g * b / y);
      });
  const Tensor<double> huge = xt::xarray<double>{3e200}, huger = xt::xarray<double>{4e200};
  std::cout << "hypot(3e200, 4e200) = " << hypot(huge, huger).item() << "\n\n";

  // Check what you wrote. gradcheck to second order would refuse cube: its backward on arrays leaves no trace.
  const GradcheckReport first = gradcheck(cube, {x});
  const GradcheckReport all = gradcheck(hypot, {x, w}, {.order = 3, .absolute = 1e-7});
  std::cout << "cube: " << first << "\nhypot, to third order: " << all;
  try {
    Tape recorded;
    recorded.backward(sum(cube(x)), {.create_graph = true});
  } catch (const TapeError& error) {
    std::cout << '\n' << error.what() << '\n';
  }
  return first.passed() && all.passed() && g.contains(w) ? 0 : 1;
}
