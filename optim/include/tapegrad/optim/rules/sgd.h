#pragma once
#include <concepts>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

struct SgdOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;    ///< look ahead by the momentum (Sutskever et al. 2013)
  double weight_decay = 0;  ///< added to the gradient, times the parameter
};

/// Stochastic gradient descent: v = momentum v + g;  p -= learning_rate v  (nesterov: g + momentum v).
class Sgd : public Optimizer {
 public:
  explicit Sgd(SgdOptions options = {}) : options_(options) {}
  template <std::same_as<Parameters> P>  // a template, so that {.learning_rate = x} means options
  Sgd(P parameters, SgdOptions options = {}) : options_(options) { bind(std::move(parameters)); }

 private:
  std::size_t state_arrays() const override { return options_.momentum == 0 ? 0 : 1; }
  void update(const Piece<float>& piece) const override;
  void update(const Piece<double>& piece) const override;
  SgdOptions options_;
};

}  // namespace tapegrad::optim
