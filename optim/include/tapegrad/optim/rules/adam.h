// Adam and AdamW.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"
#include "tapegrad/optim/power.h"

namespace tapegrad::optim {

/// Defaults are PyTorch's. The betas must be in [0, 1), the others finite and not negative.
struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;    ///< added to the root after bias correction, as PyTorch does
  double weight_decay = 0;  ///< added to the gradient, times the parameter, as PyTorch's Adam does; see AdamWOptions
};
/// The same, but for a decay that does not pass through the averages. AdamOptions are none of these: their
/// weight_decay, 0 when it is not given, means another thing.
struct AdamWOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;       ///< added to the root after bias correction, as PyTorch does
  double weight_decay = 1e-2;  ///< the parameter shrinks by learning_rate * weight_decay a step
};

/// What Adam and AdamW share: the averages of gradients and of their squares, and the step that follows from them.
template <class O>
struct AdamAverages {
  using Options = O;
  static constexpr std::array<std::string_view, 2> states{"momentum", "variance"};
  static constexpr std::array<NumberOption<Options>, 5> numbers{
      {learning_rate_option<Options>,
       {"beta1", &Options::beta1, limits::share_below_one},
       {"beta2", &Options::beta2, limits::share_below_one},
       {"epsilon", &Options::epsilon, limits::not_negative},
       {"weight_decay", &Options::weight_decay, limits::not_negative}}};

  template <Real T>
  struct Step {
    T beta1, beta2, rest1, rest2, rate, correction, epsilon, decay;
  };
  /// The numbers of step n, with what the rule makes of weight_decay.
  template <Real T>
  Step<T> averages_step(const Options& o, std::uint64_t n, double decay) {
    return {T(o.beta1),
            T(o.beta2),
            T(1 - o.beta1),
            T(1 - o.beta2),
            T(o.learning_rate / (1 - beta1_power(o.beta1, n))),
            T(1 / (1 - beta2_power(o.beta2, n))),
            T(o.epsilon),
            T(decay)};
  }
  /// Moves the averages, and gives what is taken from the parameter.
  template <class S, class L>
  static L move(const S& s, const L& g, std::array<L, 2>& state) {
    auto& [momentum, variance] = state;
    momentum = fma(s.beta1, momentum, s.rest1 * g);
    variance = fma(s.beta2, variance, s.rest2 * (g * g));
    return s.rate * momentum / (sqrt(variance * s.correction) + s.epsilon);
  }

  Power beta1_power, beta2_power;
};

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= rate m / (1 - b1^n) / (sqrt(v / (1 - b2^n)) + epsilon)
struct AdamRule : AdamAverages<AdamOptions> {
  static constexpr std::string_view name = "adam";
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t n) {
    return averages_step<T>(o, n, o.weight_decay);
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& gradient, std::array<L, 2>& state) {
    p = p - move(s, fma(s.decay, p, gradient), state);
  }
};
/// Kingma and Ba 2015, algorithm 1, with bias correction.
using Adam = OptimizerOf<AdamRule>;

/// The same without weight decay in g;  p = (1 - learning_rate weight_decay) p before it moves
struct AdamWRule : AdamAverages<AdamWOptions> {
  static constexpr std::string_view name = "adamw";
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t n) {
    return averages_step<T>(o, n, 1 - o.learning_rate * o.weight_decay);
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 2>& state) {
    p = s.decay * p - move(s, g, state);
  }
};
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019); 1e-2 by default.
using AdamW = OptimizerOf<AdamWRule>;

extern template class OptimizerOf<AdamRule>;
extern template class OptimizerOf<AdamWRule>;

}  // namespace tapegrad::optim
