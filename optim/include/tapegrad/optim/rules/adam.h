#pragma once
#include <concepts>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;    ///< added to the root after bias correction, as PyTorch does
  double weight_decay = 0;  ///< AdamW's: the parameter shrinks by learning_rate * weight_decay a step
};

/// Kingma and Ba 2015, algorithm 1, with bias correction.
class Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {}) : options_(options) {}
  template <std::same_as<Parameters> P>  // a template, so that {.learning_rate = x} means options
  Adam(P parameters, AdamOptions options = {}) : options_(options) { bind(std::move(parameters)); }

 private:
  std::size_t state_arrays() const override { return 2; }
  void reset() override { beta1_power_ = beta2_power_ = 1; }
  void begin_step() override;
  void update(const Piece<float>& piece) const override;
  void update(const Piece<double>& piece) const override;
  AdamOptions options_;
  double beta1_power_ = 1, beta2_power_ = 1;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019); 1e-2 by default.
class AdamW : public Adam {
 public:
  explicit AdamW(AdamOptions options = {.weight_decay = 1e-2}) : Adam(options) {}
  template <std::same_as<Parameters> P>  // a template, so that {.learning_rate = x} means options
  AdamW(P parameters, AdamOptions options = {.weight_decay = 1e-2}) : Adam(std::move(parameters), options) {}
};

}  // namespace tapegrad::optim
