// Adagrad.
#pragma once
#include <array>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

/// Defaults are PyTorch's. Each number must be finite and not negative.
struct AdagradOptions {
  double learning_rate = 0.01;
  double learning_rate_decay = 0;  ///< step n has length learning_rate / (1 + (n - 1) learning_rate_decay)
  double weight_decay = 0;         ///< added to the gradient, times the parameter
  double initial_accumulator = 0;  ///< what the sums of squares start at
  double epsilon = 1e-10;          ///< added to the root
};

/// s = s + g^2;  p -= learning_rate g / (sqrt(s) + epsilon)
struct AdagradRule {
  using Options = AdagradOptions;
  static constexpr std::string_view name = "adagrad";
  static constexpr std::array<NumberOption<Options>, 5> numbers{
      {learning_rate_option<Options>,
       {"learning_rate_decay", &Options::learning_rate_decay, limits::not_negative},
       {"weight_decay", &Options::weight_decay, limits::not_negative},
       {"initial_accumulator", &Options::initial_accumulator, limits::not_negative},
       {"epsilon", &Options::epsilon, limits::not_negative}}};
  static constexpr std::array<std::string_view, 1> states{"sum"};
  static double first_value(const Options& o, std::size_t) { return o.initial_accumulator; }

  template <Real T>
  struct Step {
    T rate, decay, epsilon;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t n) {
    return {T(o.learning_rate / (1 + double(n - 1) * o.learning_rate_decay)), T(o.weight_decay), T(o.epsilon)};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& gradient, std::array<L, 1>& state) {
    auto& [sum] = state;
    const L g = fma(s.decay, p, gradient);
    sum = fma(g, g, sum);
    p = p - s.rate * g / (sqrt(sum) + s.epsilon);
  }
};

/// Duchi, Hazan and Singer 2011.
using Adagrad = OptimizerOf<AdagradRule>;

extern template class OptimizerOf<AdagradRule>;

}  // namespace tapegrad::optim
