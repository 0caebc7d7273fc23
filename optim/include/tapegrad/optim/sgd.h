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
  void update(float* p, const float* g, State<float>& state, std::size_t count) override;
  void update(double* p, const double* g, State<double>& state, std::size_t count) override;
  template <Real T>
  void apply(T* p, const T* g, State<T>& state, std::size_t count);
  SgdOptions options_;
};

}  // namespace tapegrad::optim
