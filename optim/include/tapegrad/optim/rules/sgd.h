// Stochastic gradient descent.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

struct SgdOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;    ///< look ahead by the momentum (Sutskever et al. 2013)
  double weight_decay = 0;  ///< added to the gradient, times the parameter
};

/// v = momentum v + g;  p -= learning_rate v  (nesterov: g + momentum v)
struct SgdRule {
  using Options = SgdOptions;
  static constexpr std::array<std::string_view, 1> states{"momentum"};
  static bool keeps(const Options& o, std::size_t) { return o.momentum != 0; }

  template <Real T>
  struct Step {
    T rate, momentum, decay;
    bool nesterov;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t) {
    return {T(o.learning_rate), T(o.momentum), T(o.weight_decay), o.nesterov};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 1>& state) {
    L slope = fma(s.decay, p, g);
    if (s.momentum != 0) {
      state[0] = fma(s.momentum, state[0], slope);
      slope = s.nesterov ? fma(s.momentum, state[0], slope) : state[0];
    }
    p = p - s.rate * slope;
  }
};

/// Stochastic gradient descent, with momentum and Nesterov's as options.
using Sgd = OptimizerOf<SgdRule>;

extern template class OptimizerOf<SgdRule>;

}  // namespace tapegrad::optim
