// Modules are plain structs that list their parts once, by name.
#pragma once
#include <concepts>
#include <set>
#include <string>
#include <string_view>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::nn {

/// A variable that a module owns. Copying it copies the weights, so that a copied model is independent.
template <Real T>
class Parameter {
 public:
  Parameter() = default;
  explicit Parameter(const Tensor<T>& value, std::string label = {}) : variable_(variable(value, std::move(label))) {}
  Parameter(const Parameter& other) : variable_(copy(other)) {}
  Parameter& operator=(const Parameter& other) {
    variable_ = copy(other);
    return *this;
  }
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  operator const Tensor<T>&() const { return variable_; }
  const Tensor<T>& tensor() const { return variable_; }
  void set_value(const Tensor<T>& value, Where where = Where::current()) { variable_.set_value(value, where); }

 private:
  static Tensor<T> copy(const Parameter& other) {
    return other.variable_ ? variable(constant(other.variable_), label(other.variable_)) : Tensor<T>();
  }
  Tensor<T> variable_;
};

class Parts;
template <class M>
concept HasParts = requires(M& module, Parts& parts) { module.parts(parts); };

/// The visitor that a module's parts() lists its parts to.
class Parts {
 public:
  template <Real T>
  void operator()(std::string_view name, Parameter<T>& parameter) {
    if (seen_.insert(parameter.tensor().node()).second) {
      parameters_.push_back({path_ + std::string(name), parameter.tensor()});
    }
  }
  template <HasParts M>
  void operator()(std::string_view name, M& module) {
    const std::string outer = path_;
    path_ += std::string(name) + ".";
    module.parts(*this);
    path_ = outer;
  }
  const optim::Parameters& parameters() const { return parameters_; }

 private:
  optim::Parameters parameters_;
  std::set<const void*> seen_;  // a weight tied in two places is listed once
  std::string path_;
};

/// The parameters of a model, each once, with names like "hidden.weight".
template <class M>
optim::Parameters parameters(M& model) {
  Parts parts;
  if constexpr (HasParts<M>) model.parts(parts);
  return parts.parameters();
}
/// How many numbers a model learns.
template <class M>
std::size_t parameter_count(M& model) {
  std::size_t count = 0;
  for (const auto& p : parameters(model)) count += std::visit([](const auto& x) { return x.size(); }, p.variable);
  return count;
}

}  // namespace tapegrad::nn
