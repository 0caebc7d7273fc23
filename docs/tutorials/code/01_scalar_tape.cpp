// Lesson 1: the tape of scalar_tape.h on one neuron, and the library's tape on the same.
#include <cstdio>

#include <tapegrad/autodiff.h>

#include "scalar_tape.h"

// The squared error of one neuron: generic, so that both tapes can run it.
template <class N>
N neuron(const N& w, const N& x, const N& b, const N& target) {
  const N error = tanh(w * x + b) - target;
  return error * error;
}

int main() {
  lesson::Tape tape;
  const auto w = lesson::variable(tape, 0.5), x = lesson::variable(tape, 2), b = lesson::variable(tape, -0.3);
  const auto target = lesson::variable(tape, 1);
  const auto loss = neuron(w, x, b, target);
  const std::vector<double> adjoint = backward(loss);
  std::printf("entry  reads   slopes            adjoint\n");
  for (std::size_t i = 0; i < adjoint.size(); ++i) {
    const lesson::Entry& e = tape.entries[i];
    std::printf("%-5zu  %2d %2d   %7.4f %7.4f  %8.4f\n", i, e.input[0], e.input[1], e.slope[0], e.slope[1], adjoint[i]);
  }

  tapegrad::Tape real;
  const auto rw = tapegrad::variable(0.5, "w"), rx = tapegrad::variable(2., "x");
  const auto rb = tapegrad::variable(-0.3, "b"), real_target = tapegrad::variable(1., "target");
  const auto real_loss = neuron(rw, rx, rb, real_target);
  const tapegrad::Gradients g = real.backward(real_loss);
  std::printf("loss %.4f, d loss / d w = %.4f; the library says %.4f and %.4f\n", loss.value, adjoint[w.entry],
              real_loss.value(), g[rw]);
  const bool same = loss.value == real_loss.value() && adjoint[w.entry] == g[rw] && adjoint[x.entry] == g[rx] &&
                    adjoint[b.entry] == g[rb];
  return same ? 0 : 1;
}
