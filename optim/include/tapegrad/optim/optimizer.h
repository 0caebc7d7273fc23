// What all optimizers share: the parameters they write, and a step from gradients.
#pragma once
#include <array>
#include <string>
#include <variant>
#include <vector>

#include "tapegrad/tape/gradients.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad::optim {

/// A variable with the name it has in its model.
struct NamedParameter {
  std::string name;
  std::variant<Tensor<float>, Tensor<double>> variable;
};
using Parameters = std::vector<NamedParameter>;

/// A run of elements of one parameter, with its gradient and its state. All may be read and written up to a register
/// past the end.
template <Real T>
struct Piece {
  T* parameter;
  const T* gradient;
  std::array<T*, 2> state;  // null where the optimizer keeps less
  std::size_t count;
};

/// Base of the optimizers. Made with options alone it is bound to a model's parameters later.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Sets the parameters to be written and clears the state. Throws Error for a tensor that is no variable.
  void bind(Parameters parameters);
  /// Writes every parameter that has a gradient, all in one pass. Gradients are not changed. Throws Error when none
  /// has one.
  void step(const Gradients& gradients);
  const Parameters& parameters() const { return parameters_; }

 protected:
  /// How many arrays of a parameter's size the optimizer keeps for it, at most two. They start as zeros.
  virtual std::size_t state_arrays() const = 0;
  /// Back to before the first step.
  virtual void reset() {}
  virtual void begin_step() {}
  virtual void update(const Piece<float>& piece) const = 0;
  virtual void update(const Piece<double>& piece) const = 0;

 private:
  template <Real T>
  struct OfType {
    std::vector<std::array<Tensor<T>, 2>> states;  // by parameter
    std::vector<Piece<T>> pieces;
  };
  template <Real T>
  OfType<T>& of_type() {
    if constexpr (std::is_same_v<T, float>) return of_float_;
    else return of_double_;
  }
  template <Real T>
  bool collect(const Gradients& gradients);
  template <Real T>
  void update_all();

  Parameters parameters_;
  std::size_t arrays_ = 0;
  bool has_double_ = false;
  OfType<float> of_float_;
  OfType<double> of_double_;
};

}  // namespace tapegrad::optim
