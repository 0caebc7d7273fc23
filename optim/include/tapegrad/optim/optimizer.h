// What all optimizers share: the parameters they write, and a step from gradients.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "tapegrad/gradients.h"
#include "tapegrad/tensor.h"

namespace tapegrad::optim {

/// A variable with the name it has in its model.
struct NamedParameter {
  std::string name;
  std::variant<Tensor<float>, Tensor<double>> variable;
};
using Parameters = std::vector<NamedParameter>;

/// Base of the optimizers. Made with options alone it is bound to a model's parameters later.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Sets the parameters to be written and clears the state. Throws Error for a tensor that is no variable.
  void bind(Parameters parameters);
  /// Writes every parameter that has a gradient. Gradients are not changed. Throws Error when none has one.
  void step(const Gradients& gradients);
  const Parameters& parameters() const { return parameters_; }

 protected:
  /// The state of one parameter: up to two arrays of its size.
  template <Real T>
  struct State {
    std::vector<T> first, second;
  };
  virtual void begin_step() {}
  virtual void update(float* p, const float* g, State<float>& state, std::size_t count) = 0;
  virtual void update(double* p, const double* g, State<double>& state, std::size_t count) = 0;

 private:
  Parameters parameters_;
  std::vector<State<float>> states32_;
  std::vector<State<double>> states64_;
};

}  // namespace tapegrad::optim
