// Modules are plain structs that list their parts once, by name.
#pragma once
#include <concepts>
#include <ranges>
#include <set>
#include <string>
#include <string_view>

#include "tapegrad/nn/module/fields.h"
#include "tapegrad/optim/optimizer.h"

namespace tapegrad::nn {

/// A variable that a module owns. Copying it copies the weights, so that a copied model is independent.
template <Real T>
class Parameter {
 public:
  /// No variable yet.
  Parameter() = default;
  /// A variable that starts at `value`.
  explicit Parameter(const Tensor<T>& value, std::string label = {}) : variable_(variable(value, std::move(label))) {}
  Parameter(const Parameter& other) : variable_(copy(other)) {}
  Parameter& operator=(const Parameter& other) {
    variable_ = copy(other);
    return *this;
  }
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  operator const Tensor<T>&() const { return variable_; }
  /// The variable, to be read by ops and asked for in Gradients.
  const Tensor<T>& tensor() const { return variable_; }
  /// Gives it new values of the same shape. Throws ShapeError for another shape.
  void set_value(const Tensor<T>& value, CallSite site = CallSite::current()) { variable_.set_value(value, site); }

 private:
  static Tensor<T> copy(const Parameter& other) {
    return other.variable_ ? variable(constant(other.variable_), label(other.variable_)) : Tensor<T>();
  }
  Tensor<T> variable_;
};

class Parts;
/// A module with parts: a struct with a function parts(Parts&) that lists them.
template <class M>
concept HasParts = requires(M& module, Parts& parts) { module.parts(parts); };

/// The visitor that a module's parts() lists its parts to: part("hidden", hidden).
class Parts {
 public:
  /// Lists a parameter. One that is tied in two places is kept under its first name.
  template <Real T>
  void operator()(std::string_view name, Parameter<T>& parameter) {
    if (seen_.insert(parameter.tensor().node()).second) {
      parameters_.push_back({path_ + std::string(name), parameter.tensor()});
    }
  }
  /// Lists a module; its parameters are named "name.theirs".
  template <HasParts M>
  void operator()(std::string_view name, M& module) {
    const std::string outer = path_;
    path_ += std::string(name) + ".";
    list(module);
    path_ = outer;
  }
  /// Lists the parts of a module under their own names. CallSite the module is an aggregate (see fields.h), throws
  /// Error for a field with parameters that its parts() does not list.
  template <class M>
  void list(M& module) {
    if constexpr (HasParts<M>) module.parts(*this);
    with_fields(module, [&](const auto&... fields) {
      std::size_t number = 0;
      (require_listed(type_name<M>(), HasParts<M>, ++number, fields), ...);
    });
  }
  /// What was listed, in order.
  const optim::Parameters& parameters() const { return parameters_; }

 private:
  template <class F>
  void require_listed(const std::string& model, bool has_parts, std::size_t number, const F& field);

  optim::Parameters parameters_;
  std::set<const void*> seen_;  // nodes of variables: a weight tied in two places is listed once
  std::string path_;
};

/// Calls visit(node) for every parameter that a field holds: a parameter itself, a module, or a container of such.
template <class F, class Visit>
void visit_parameters(const F& field, const Visit& visit) {
  if constexpr (HasParts<F>) {
    Parts parts;
    const_cast<F&>(field).parts(parts);  // parts() hands out references, but nothing is written here
    for (const auto& p : parts.parameters()) visit(std::visit([](const auto& x) { return x.node(); }, p.variable));
  } else if constexpr (requires { []<Real T>(const Parameter<T>&) {}(field); }) {
    if (field.tensor()) visit(field.tensor().node());
  } else if constexpr (std::ranges::input_range<const F>) {
    if constexpr (!std::is_same_v<std::ranges::range_value_t<const F>, F>) {
      for (const auto& element : field) visit_parameters(element, visit);
    }
  } else {
    with_fields(field, [&](const auto&... inner) { (visit_parameters(inner, visit), ...); });
  }
}

template <class F>
void Parts::require_listed(const std::string& model, bool has_parts, std::size_t number, const F& field) {
  visit_parameters(field, [&](const Node* node) {
    if (seen_.contains(node)) return;
    const std::string place = "field " + std::to_string(number) + " of " + model + ", a " + type_name<F>() + ",";
    throw Error("parameters: " + place + " holds parameters that would not be trained: " +
                (has_parts
                     ? "its parts() does not list it. Add part(\"name\", field) there"
                     : "the struct lists no parts. Give it void parts(nn::Parts& part) { part(\"name\", field); }"));
  });
}

/// The parameters of a model, each once, with names like "hidden.weight". Throws Error for a part that was forgotten
/// (see Parts::list).
template <class M>
optim::Parameters parameters(M& model) {
  Parts parts;
  parts.list(model);
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
