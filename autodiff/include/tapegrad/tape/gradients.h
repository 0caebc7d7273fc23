// The result of a backward sweep. A value, not a state: nothing to zero, nothing stale.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tapegrad/functions/number.h"
#include "tapegrad/tensor/indices.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {
namespace engine {
struct AnyScalarAdjoints;
struct GradientsOf;
}  // namespace engine

/// How gradients are clipped by a norm, as PyTorch's clip_grad_norm_ is told.
struct ClipOptions {
  double order = 2;                 ///< of the norm: above 0; infinity for the largest magnitude
  bool error_if_nonfinite = false;  ///< throw NumberError for a gradient with an infinity or NaN
};

/// A gradient that is 0 but for some rows: their numbers, in order and each once, and what stands in them.
template <Real T>
struct RowGradient {
  Indices rows;
  Tensor<T> values;  ///< (number of rows, width)
};

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
    if (item->rows) return all_rows<T>(*item);
    retain(item->gradient);
    return Tensor<T>(item->gradient);
  }
  /// The rows of the gradient of w that were reached, where nothing but `embedding` read w; then operator[] and get
  /// write them into a new array of zeros each time. Nothing for other variables.
  template <Real T>
  std::optional<RowGradient<T>> rows(const Tensor<T>& w) const {
    const Item* item = find(w.node());
    if (!item || !item->rows) return {};
    retain(item->gradient);
    return RowGradient<T>{*item->rows, Tensor<T>(item->gradient)};
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

  // Of the gradients of tensors. Those of scalars on the tape are neither counted nor changed.
  /// The norm over all elements of all gradients: the root of the sum of squares, or of another order. Intermediate
  /// sums neither overflow nor vanish; it is infinite where it is larger than every double. Throws DomainError for an
  /// order that is not above 0.
  double global_norm(double order = 2, CallSite site = CallSite::current()) const;
  /// Scales all gradients by max_norm / global_norm() where the norm is larger (Pascanu et al. 2013), also where it is
  /// too large for a double. Returns the norm before. A gradient with an infinity makes finite elements 0 and itself
  /// NaN, one with a NaN makes all NaN, as in PyTorch, unless error_if_nonfinite is set: then it is a NumberError, and
  /// nothing has changed. max_norm may be infinite, to look only. Throws DomainError where it is negative or NaN.
  double clip_by_global_norm(double max_norm, ClipOptions options = {}, CallSite site = CallSite::current());
  /// The same for the gradient of each variable by its own norm, as Keras' clipnorm. Returns the largest norm before.
  double clip_by_norm(double max_norm, ClipOptions options = {}, CallSite site = CallSite::current());
  /// Limits every element to [-limit, limit], as PyTorch's clip_grad_value_: infinities too; NaN stays. Throws
  /// DomainError where limit is negative or NaN.
  void clip_by_value(double limit, CallSite site = CallSite::current());

 private:
  friend struct engine::GradientsOf;
  // Two handles. The variable is held, so that its node cannot become another tensor's while this lives.
  struct Item {
    Item(engine::Node* v, engine::Node* g) : variable(v), gradient(g) {}
    Item(const Item& other) : Item(other.variable, other.gradient) {
      rows = other.rows;
      retain(variable);
      retain(gradient);
    }
    Item(Item&& other) noexcept
        : variable(std::exchange(other.variable, nullptr)),
          gradient(std::exchange(other.gradient, nullptr)),
          rows(std::move(other.rows)) {}
    Item& operator=(Item other) noexcept {
      std::swap(variable, other.variable);
      std::swap(gradient, other.gradient);
      std::swap(rows, other.rows);
      return *this;
    }
    ~Item() {
      if (variable) release(variable);
      if (gradient) release(gradient);
    }
    engine::Node *variable, *gradient;
    std::optional<Indices> rows = {};  // of which `gradient` holds the elements; all of them where there are none
  };
  const Item* find(const engine::Node* variable) const;
  template <ScalarNumber T>
  const T& at(const Scalar<T>& s) const;
  [[noreturn]] static void fail_scalar(std::uint32_t slot);
  template <Real T>
  static void replace(Item& item, Tensor<T> gradient);
  static void scale(Item& item, double factor);
  template <Real T>
  static Tensor<T> all_rows(const Item& item);
  template <Real T>
  static void add_to(Item& item, const Item& part);
  void add(engine::Node* variable, engine::Node* adjoint, std::optional<Indices> rows, bool may_be_present);

  std::vector<Item, engine::PoolAllocator<Item>> items_;
  mutable std::size_t next_ = 0;  // optimizers ask in order: the search starts here
  template <ScalarNumber T>
  static constexpr std::size_t place_of = is_dual<T> ? 2 : std::is_same_v<T, double> ? 1 : 0;
  std::array<std::shared_ptr<engine::AnyScalarAdjoints>, 3> scalars_;  // of float, of double, of dual numbers
};

}  // namespace tapegrad
