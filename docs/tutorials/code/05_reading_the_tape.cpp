// Lesson 5: a tape printed, explained, stepped through and drawn.
// usage: 05_reading_the_tape [data folder] [output folder]
#include <fstream>
#include <iostream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

int main(int argc, char** argv) {
  const std::string output = argc > 2 ? argv[2] : ".";
  const auto w = variable(Tensor<double>(0.5), "w"), x = variable(Tensor<double>(2.), "x");
  Tape tape({.keep_values = true});
  const Tensor<double> y = tanh(w * x) * w;

  std::cout << tape << '\n';

  std::cout << tape.explain(y) << '\n';
  std::ofstream(output + "/explained.md") << tape.explain(y).markdown;

  auto steps = tape.begin_backward(y, {.keep = true});
  for (int i = 0; i < 2; ++i) std::cout << "step " << i + 1 << ": " << *steps.step();
  print(tape, {.values = true, .adjoints = true, .lines = false});
  const Gradients g = steps.gradients();  // the steps that are left

  std::ofstream(output + "/tape.dot") << to_dot(tape);
  std::cout << "dy/dw = " << g[w].item() << '\n';
  return g[w].item() == tape.backward(y)[w].item() ? 0 : 1;
}
