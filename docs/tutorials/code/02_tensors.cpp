// Lesson 2: arrays on the tape, and what broadcasting does to gradients.
#include <iostream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

int main() {
  const Tensor<double> x = xt::xarray<double>{{1., 2., 3.}, {4., 5., 6.}};     // a constant, (2, 3)
  const Tensor<double> scale = variable(xt::xarray<double>{1., 10., 100.}, "scale");  // a variable, (3,)
  const Tensor<double> offset = variable(Tensor<double>(0.5), "offset");       // a variable, ()

  Tape tape({.keep_values = true});
  const Tensor<double> y = x * scale + offset;  // scale for both rows, offset for all six
  const Tensor<double> total = sum(y);
  const Gradients g = tape.backward(total);
  print(tape, {.values = true, .adjoints = true, .lines = false, .elements = 6});

  // By hand: every use of a number adds to its gradient.
  const auto scale_by_hand = sum(x, {0});  // column sums: 5, 7, 9
  const double offset_by_hand = 6;         // one for each of the six elements
  std::cout << "scale got ";
  for (std::size_t i = 0; i < 3; ++i) std::cout << g[scale].data()[i] << ' ';
  std::cout << "and offset got " << g[offset].item() << '\n';
  return g[scale].value() == scale_by_hand.value() && g[offset].item() == offset_by_hand ? 0 : 1;
}
