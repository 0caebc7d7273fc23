// Is the gradient right? Compare the tape with differences of values.
#include <iostream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

int main() {
  Tensor<double> x = variable(xt::xarray<double>{{0.5, -1.}, {0.3, 0.8}}, "x");
  Tensor<double> w = variable(xt::xarray<double>{{1., 2., -1.}, {3., 4., 0.5}}, "w");

  auto f = [](const Tensor<double>& a, const Tensor<double>& b) { return mean(tanh(matmul(a, b)) * 2, {0}); };
  const GradcheckReport right = gradcheck(f, {x, w}, {.order = 2});
  std::cout << right << '\n';

  auto wrong = [](const Tensor<double>& a) { return a * constant(a); };  // the second use of a is cut off the tape
  const GradcheckReport caught = gradcheck(wrong, {x});
  std::cout << caught << '\n';

  // where there is no derivative, any slope between the two sides is right, and the report says so
  const GradcheckReport kink = gradcheck([](const auto& a) { return relu(a); }, {xt::xarray<double>{-1., 0., 2.}});
  std::cout << kink;
  return right.passed() && !caught.passed() && kink.passed() ? 0 : 1;
}
