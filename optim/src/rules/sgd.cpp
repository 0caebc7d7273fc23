#include "tapegrad/optim/rules/sgd.h"

#include "tapegrad/functions/lanes.h"

namespace tapegrad::optim {
namespace {

template <Real T>
void apply(const SgdOptions& options, const Piece<T>& piece) {
  using L = Lanes<T>;
  const L rate = T(options.learning_rate), momentum = T(options.momentum), decay = T(options.weight_decay);
  for (std::size_t i = 0; i < piece.count; i += L::count) {
    const L p = L::load(piece.parameter + i);
    L slope = fma(decay, p, L::load(piece.gradient + i));
    if (piece.state[0]) {
      const L velocity = fma(momentum, L::load(piece.state[0] + i), slope);
      velocity.store(piece.state[0] + i);
      slope = options.nesterov ? fma(momentum, velocity, slope) : velocity;
    }
    (p - rate * slope).store(piece.parameter + i);
  }
}

}  // namespace

void Sgd::update(const Piece<float>& piece) const { apply(options_, piece); }
void Sgd::update(const Piece<double>& piece) const { apply(options_, piece); }

}  // namespace tapegrad::optim
