#include "tapegrad/optim/rules/adam.h"

#include "tapegrad/functions/lanes.h"

namespace tapegrad::optim {
namespace {

/// The numbers of one step, the same for every element.
template <Real T>
struct AdamStep {
  Lanes<T> beta1, beta2, rest1, rest2, rate, correction, epsilon, shrink;
};

// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
template <Real T>
void apply(const AdamStep<T>& step, const Piece<T>& piece) {
  using L = Lanes<T>;
  const AdamStep<T> s = step;
  for (std::size_t i = 0; i < piece.count; i += L::count) {
    const L g = L::load(piece.gradient + i);
    const L m = fma(s.beta1, L::load(piece.state[0] + i), s.rest1 * g);
    const L v = fma(s.beta2, L::load(piece.state[1] + i), s.rest2 * (g * g));
    m.store(piece.state[0] + i);
    v.store(piece.state[1] + i);
    const L p = L::load(piece.parameter + i);
    (s.shrink * p - s.rate * m / (sqrt(v * s.correction) + s.epsilon)).store(piece.parameter + i);
  }
}

template <Real T>
AdamStep<T> numbers(const AdamOptions& o, double beta1_power, double beta2_power) {
  return {T(o.beta1),
          T(o.beta2),
          T(1 - o.beta1),
          T(1 - o.beta2),
          T(o.learning_rate / (1 - beta1_power)),
          T(1 / (1 - beta2_power)),
          T(o.epsilon),
          T(1 - o.learning_rate * o.weight_decay)};
}

}  // namespace

void Adam::begin_step() {
  beta1_power_ *= options_.beta1;
  beta2_power_ *= options_.beta2;
}
void Adam::update(const Piece<float>& piece) const {
  apply(numbers<float>(options_, beta1_power_, beta2_power_), piece);
}
void Adam::update(const Piece<double>& piece) const {
  apply(numbers<double>(options_, beta1_power_, beta2_power_), piece);
}

}  // namespace tapegrad::optim
