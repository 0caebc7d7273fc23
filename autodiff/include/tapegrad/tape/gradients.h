// The result of a backward sweep. A value, not a state: nothing to zero, nothing stale.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tapegrad/functions/number.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {
namespace engine {
struct AnyScalarAdjoints;
struct GradientsOf;
}  // namespace engine

/// The gradient of one result with respect to every variable that it depends on.
class Gradients {
 public:
  /// The gradient of variable w, of w's shape. Throws TapeError when none reached it, and says why.
  template <Real T>
  Tensor<T> operator[](const Tensor<T>& w) const;
  /// The gradient of a scalar on the tape; 0 when the result does not depend on it. Of one that holds a dual number,
  /// dual: the derivative of the result, and the derivatives of that along the directions.
  template <ScalarNumber T>
  T operator[](const Scalar<T>& s) const {
    return at(s);
  }
  /// Those of many scalars, in their order: as a new vector, or into places that are there, as many as x.
  template <ScalarNumber T>
  std::vector<T> operator[](const std::vector<Scalar<T>>& x) const;
  template <ScalarNumber T>
  void copy(std::span<const Scalar<T>> x, std::span<T> into, CallSite site = CallSite::current()) const;
  /// A handle on the gradient of w, or an empty tensor when none reached it.
  template <Real T>
  Tensor<T> get(const Tensor<T>& w) const {
    const Item* item = find(w.node());
    if (!item) return {};
    retain(item->gradient);
    return Tensor<T>(item->gradient);
  }
  /// Whether a gradient reached variable w.
  template <Real T>
  bool contains(const Tensor<T>& w) const {
    return find(w.node()) != nullptr;
  }
  /// The number of variables that have a gradient.
  std::size_t size() const { return items_.size(); }
  /// Labels of the variables that have a gradient.
  std::vector<std::string> labels() const;
  /// Labels of those that a model made for itself and that no list of parameters names: see set_listed in variables.h.
  std::vector<std::string> unlisted() const;

  /// Adds gradients, of the same variables or of others. Those of scalars must be of one tape, else TapeError.
  Gradients& operator+=(const Gradients& other);
  Gradients& operator*=(double factor);
  /// sqrt of the sum of squares over the gradients of all variables, scalars not counted (Pascanu et al. 2013).
  double global_norm() const;
  /// Scales all gradients by max_norm / global_norm() when the norm is larger. Returns the norm before.
  double clip_by_global_norm(double max_norm);

 private:
  friend struct engine::GradientsOf;
  // Two handles. The variable is held, so that its node cannot become another tensor's while this lives.
  struct Item {
    Item(engine::Node* v, engine::Node* g) : variable(v), gradient(g) {}
    Item(const Item& other) : Item(other.variable, other.gradient) {
      retain(variable);
      retain(gradient);
    }
    Item(Item&& other) noexcept
        : variable(std::exchange(other.variable, nullptr)), gradient(std::exchange(other.gradient, nullptr)) {}
    Item& operator=(Item other) noexcept {
      std::swap(variable, other.variable);
      std::swap(gradient, other.gradient);
      return *this;
    }
    ~Item() {
      if (variable) release(variable);
      if (gradient) release(gradient);
    }
    engine::Node *variable, *gradient;
  };
  const Item* find(const engine::Node* variable) const;
  template <ScalarNumber T>
  const T& at(const Scalar<T>& s) const;
  [[noreturn]] static void fail_scalar(std::uint32_t slot);
  template <Real T>
  static void replace(Item& item, Tensor<T> gradient);
  void add(engine::Node* variable, engine::Node* adjoint, bool may_be_present);

  std::vector<Item, engine::PoolAllocator<Item>> items_;
  mutable std::size_t next_ = 0;  // optimizers ask in order: the search starts here
  template <ScalarNumber T>
  static constexpr std::size_t place_of = is_dual<T> ? 2 : std::is_same_v<T, double> ? 1 : 0;
  std::array<std::shared_ptr<engine::AnyScalarAdjoints>, 3> scalars_;  // of float, of double, of dual numbers
};

}  // namespace tapegrad
