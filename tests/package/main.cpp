#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

int main() {
  tapegrad::Tensor<double> x = tapegrad::variable(xt::xarray<double>{1., 2.}, "x");
  tapegrad::Tape tape;
  tapegrad::Gradients g = tape.backward(tapegrad::sum(x * x));
  return g[x].value()(1) == 4 && tapegrad::nn::Dense(2, 1).weight.tensor().size() == 2 ? 0 : 1;
}
