// A function in, its derivative out: grad, vjp, jvp, jacobian, hessian, hvp, and any of them inside another.
#include <cmath>
#include <iostream>

#include <tapegrad/autodiff.h>
#include <xtensor/xio.hpp>

using namespace tapegrad;

int main() {
  // Rosenbrock's valley, of a vector with any number of elements; its minimum is at (1, ..., 1).
  auto valley = [](const auto& x) {
    const auto head = view(x, xt::range(0, 2)), tail = view(x, xt::range(1, 3));
    return sum(100 * square(tail - head * head) + square(1 - head));
  };
  Tensor<double> x = xt::xarray<double>{0.8, 0.7, 0.4};

  const auto [value, slope] = value_and_grad(valley)(x);
  std::cout << "value " << value.item() << "\nslope " << slope.value() << "\nhessian\n"
            << hessian(valley)(x).value() << '\n';

  // hvp needs no Hessian: here the curvature along the slope, in one forward push over a recorded gradient
  const Tensor<double> along = hvp(valley)(x, slope);
  std::cout << "curvature along the slope " << (sum(slope * along) / sum(slope * slope)).item() << "\n\n";

  // vjp and jvp multiply by the Jacobian of any function, from the left and from the right
  auto polar = [](const Tensor<double>& r, const Tensor<double>& angle) {
    return std::tuple(r * cos(angle), r * sin(angle));
  };
  const Tensor<double> r = xt::xarray<double>{1., 2.}, angle = xt::xarray<double>{0.5, 1.5},
                       one = xt::xarray<double>{1., 1.};
  const auto [point, velocity] = jvp(polar, std::tuple(r, angle), std::tuple(0 * one, one));
  std::cout << "turning: velocity " << std::get<0>(velocity).value() << std::get<1>(velocity).value() << '\n';
  const auto [same_point, pull] = vjp(polar, r, angle);
  const auto [to_r, to_angle] = pull(std::get<0>(same_point), std::get<1>(same_point));
  std::cout << "pulled back: " << to_r.value() << to_angle.value() << "\n\n";

  // Newton's method without a Hessian: conjugate gradients solve H move = slope from products H v alone
  auto product = hvp(valley);
  for (int step = 0; step < 8; ++step) {
    Tensor<double> move = 0 * x, residual = grad(valley)(x), direction = residual;
    for (int i = 0; i < 3; ++i) {
      const Tensor<double> curved = product(x, direction), before = sum(residual * residual);
      const Tensor<double> length = before / sum(direction * curved);
      move = move + length * direction;
      residual = residual - length * curved;
      direction = residual + sum(residual * residual) / before * direction;
    }
    x = x - move;
  }
  std::cout << "Newton's method ends at " << x.value() << " with value " << valley(x).item() << '\n';

  // derivatives of derivatives: the fourth derivative of sin is sin again
  auto sine = [](const auto& t) { return sin(t); };
  const double fourth = grad(grad(grad(grad(sine))))(Tensor<double>(0.5)).item();
  std::cout << "fourth derivative of sin at 0.5: " << fourth << '\n';
  const double error = amax(abs(x - 1)).item();
  return error < 1e-9 && std::abs(fourth - std::sin(0.5)) < 1e-15 ? 0 : 1;
}
