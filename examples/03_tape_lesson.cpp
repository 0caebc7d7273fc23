// Scalars and tensors on one tape, and what the tape looks like.
#include <iostream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

int main() {
  Tensor<double> w = variable(xt::xarray<double>{{1., 2.}, {3., 4.}}, "w");
  Tensor<double> x = xt::xarray<double>{{0.5, -1.}};
  {
    Tape tape({.keep_values = true});
    Tensor<double> y = sum(sigmoid(matmul(x, w)));
    Gradients g = tape.backward(y);
    std::cout << "d y / d w(0, 0) = " << g[w].value()(0, 0) << "\n\n" << tape << '\n';
  }
  {
    Tape tape;
    Scalar<double> a = variable(2.0, "a");
    Scalar<double> s = sin(a) * a;
    Tensor<double> t = tensor({s, a * s});  // scalars to a tensor: one entry
    Scalar<double> u = t(1);                // and back
    std::cout << "u = a^2 sin(a) = " << u.value() << "\n" << tape;
    std::cout << "d u / d a = " << tape.backward(u)[a] << '\n';
  }
}
