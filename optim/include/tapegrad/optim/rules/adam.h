// Adam and AdamW.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"
#include "tapegrad/optim/power.h"

namespace tapegrad::optim {

struct AdamWOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;       ///< added to the root after bias correction, as PyTorch does
  double weight_decay = 1e-2;  ///< the parameter shrinks by learning_rate * weight_decay a step
};
struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;    ///< added to the root after bias correction, as PyTorch does
  double weight_decay = 0;  ///< AdamW's: the parameter shrinks by learning_rate * weight_decay a step
  operator AdamWOptions() const { return {learning_rate, beta1, beta2, epsilon, weight_decay}; }
};

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= rate m / (1 - b1^n) / (sqrt(v / (1 - b2^n)) + epsilon)
struct AdamRule {
  using Options = AdamOptions;
  static constexpr std::array<std::string_view, 2> states{"momentum", "variance"};

  template <Real T>
  struct Step {
    T beta1, beta2, rest1, rest2, rate, correction, epsilon, shrink;
  };
  template <Real T, class O>
  Step<T> step(const O& o, std::uint64_t n) {
    return {T(o.beta1),
            T(o.beta2),
            T(1 - o.beta1),
            T(1 - o.beta2),
            T(o.learning_rate / (1 - beta1_power(o.beta1, n))),
            T(1 / (1 - beta2_power(o.beta2, n))),
            T(o.epsilon),
            T(1 - o.learning_rate * o.weight_decay)};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 2>& state) {
    auto& [momentum, variance] = state;
    momentum = fma(s.beta1, momentum, s.rest1 * g);
    variance = fma(s.beta2, variance, s.rest2 * (g * g));
    p = s.shrink * p - s.rate * momentum / (sqrt(variance * s.correction) + s.epsilon);
  }

  Power beta1_power, beta2_power;
};

/// Kingma and Ba 2015, algorithm 1, with bias correction.
using Adam = OptimizerOf<AdamRule>;

struct AdamWRule : AdamRule {
  using Options = AdamWOptions;
};
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019); 1e-2 by default.
using AdamW = OptimizerOf<AdamWRule>;

extern template class OptimizerOf<AdamRule>;
extern template class OptimizerOf<AdamWRule>;

}  // namespace tapegrad::optim
