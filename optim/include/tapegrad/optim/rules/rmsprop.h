// RMSprop.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

/// Defaults are PyTorch's. alpha must be in [0, 1), momentum in [0, 1], the others finite and not negative.
struct RMSpropOptions {
  double learning_rate = 0.01;
  double alpha = 0.99;      ///< how much of the average of squares stays (Keras calls it rho)
  double epsilon = 1e-8;    ///< added to the root
  double weight_decay = 0;  ///< added to the gradient, times the parameter
  double momentum = 0;
  bool centered = false;  ///< divide by the deviation: the mean's square is taken from the mean of squares
};

/// v = alpha v + (1 - alpha) g^2;  p -= learning_rate g / (sqrt(v) + epsilon), as PyTorch does
struct RMSpropRule {
  using Options = RMSpropOptions;
  static constexpr std::string_view name = "rmsprop";
  static constexpr std::array<NumberOption<Options>, 5> numbers{
      {learning_rate_option<Options>,
       {"alpha", &Options::alpha, limits::share_below_one},
       {"epsilon", &Options::epsilon, limits::not_negative},
       {"weight_decay", &Options::weight_decay, limits::not_negative},
       {"momentum", &Options::momentum, limits::share}}};
  static constexpr std::array<std::string_view, 3> states{"variance", "mean", "momentum"};
  static bool keeps(const Options& o, std::size_t state) {
    return state == 0 || (state == 1 ? o.centered : o.momentum != 0);
  }

  template <Real T>
  struct Step {
    T rate, alpha, rest, epsilon, decay, momentum;
    bool centered;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t) {
    return {T(o.learning_rate), T(o.alpha), T(1 - o.alpha), T(o.epsilon), T(o.weight_decay), T(o.momentum), o.centered};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& gradient, std::array<L, 3>& state) {
    auto& [variance, mean, momentum] = state;
    const L g = fma(s.decay, p, gradient);
    variance = fma(s.alpha, variance, s.rest * (g * g));
    L spread = variance;
    if (s.centered) {
      mean = fma(s.alpha, mean, s.rest * g);
      spread = variance - mean * mean;
    }
    L move = g / (sqrt(spread) + s.epsilon);
    if (s.momentum != 0) move = momentum = fma(s.momentum, momentum, move);
    p = p - s.rate * move;
  }
};

/// Tieleman and Hinton 2012; centered: Graves 2013.
using RMSprop = OptimizerOf<RMSpropRule>;

extern template class OptimizerOf<RMSpropRule>;

}  // namespace tapegrad::optim
