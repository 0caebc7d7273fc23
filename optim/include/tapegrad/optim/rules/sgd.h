// Stochastic gradient descent.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

/// Defaults are PyTorch's. momentum must be in [0, 1], and above 0 for nesterov, the others finite and not negative.
struct SgdOptions {
  double learning_rate = 1e-3;
  double momentum = 0;
  bool nesterov = false;    ///< look ahead by the momentum (Sutskever et al. 2013)
  double weight_decay = 0;  ///< added to the gradient, times the parameter
};

/// v = momentum v + g;  p -= learning_rate v  (nesterov: g + momentum v)
struct SgdRule {
  using Options = SgdOptions;
  static constexpr std::string_view name = "sgd";
  static constexpr std::array<NumberOption<Options>, 3> numbers{
      {learning_rate_option<Options>,
       {"momentum", &Options::momentum, limits::share},
       {"weight_decay", &Options::weight_decay, limits::not_negative}}};
  static void require(const Options& o, const CallSite& site) {
    if (!o.nesterov || o.momentum > 0) return;
    fail_option("sgd", "momentum", "must be above 0 where nesterov is set", option_text(o.momentum),
                "Give a momentum, such as 0.9, or leave nesterov out", site);
  }
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
