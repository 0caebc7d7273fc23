// Parameter: a tensor of a module that training changes.
#pragma once
#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "tapegrad/tensor/variables.h"

namespace tapegrad::nn {

/// A variable that a module owns, and a tensor wherever one is taken: matmul(x, w), w * 2, gradients[w]. A Tensor made
/// from it is a handle on the same variable. A copy of a Parameter (`auto w = layer.weight` makes one too) is a
/// variable of its own with the same values, so that a copied model is independent; a moved one stays the variable it
/// was.
template <Real T>
class Parameter : public Tensor<T> {
 public:
  /// No variable yet.
  Parameter() = default;
  /// A variable that starts at `value`.
  explicit Parameter(const Tensor<T>& value, std::string label = {}, CallSite site = CallSite::current())
      : Tensor<T>(variable(value, std::move(label), site)) {
    set_listed(tensor(), false);
  }
  Parameter(const Parameter& other) : Parameter(other ? Parameter(constant(other), label(other)) : Parameter()) {}
  Parameter(Parameter&&) noexcept = default;
  ~Parameter() = default;
  /// Writes the other's values into this variable, which optimizers and tapes go on knowing. One that holds no variable
  /// becomes a copy. Throws ShapeError for values of another shape, and for none.
  Parameter& operator=(const Parameter& other) {
    if (this == &other || (!*this && !other)) return *this;
    if (!*this) return *this = Parameter(other);
    if (!other || !(other.shape() == this->shape())) {
      throw ShapeError("assignment: parameter \"" + label(tensor()) + "\" has shape " + text(this->shape()) +
                       ", but the one that is assigned " + (other ? "has " + text(other.shape()) : "holds nothing") +
                       ". Only a model of the same shapes can be assigned");
    }
    this->set_value(constant(other));
    return *this;
  }
  /// Takes the other's variable; the one that was here is given up.
  Parameter& operator=(Parameter&&) noexcept = default;
  // It would be no variable any more.
  template <class X>
    requires(!std::same_as<X, Parameter>)
  Parameter& operator=(const X&) {
    return refuse<X>();
  }
  template <class X> Parameter& operator+=(const X&) { return refuse<X>(); }
  template <class X> Parameter& operator-=(const X&) { return refuse<X>(); }
  template <class X> Parameter& operator*=(const X&) { return refuse<X>(); }
  template <class X> Parameter& operator/=(const X&) { return refuse<X>(); }

  /// The variable. Needed only where a template wants a Tensor by its very type.
  const Tensor<T>& tensor() const { return *this; }

 private:
  template <class X>
  Parameter& refuse() {
    static_assert(std::is_void_v<X>, "a parameter stays the variable it is: write w.set_value(tensor) for new values, "
                                     "w.set_value(w + x) for increased ones");
    return *this;
  }
};

template <class X>
inline constexpr bool is_parameter = false;
template <Real T>
inline constexpr bool is_parameter<Parameter<T>> = true;

}  // namespace tapegrad::nn
