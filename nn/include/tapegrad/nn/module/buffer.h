// Buffer: state of a module that no gradient changes, such as a running mean.
#pragma once
#include <concepts>
#include <type_traits>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad::nn {

/// A constant that a module owns, such as a running mean: copied, assigned and named with the model, never trained. A
/// tensor wherever one is taken; a Tensor made from it keeps the values that it saw.
/// A layer that changes one while it is called as const declares it `mutable`. Changing it while another thread calls
/// the same model is a data race, so a model may be shared by threads in inference, but not in training.
template <Real T>
class Buffer : public Tensor<T> {
 public:
  /// No array yet.
  Buffer() = default;
  /// Starts at the values of `value`; no gradient flows through them.
  explicit Buffer(const Tensor<T>& value) : Tensor<T>(constant(value)) {}
  Buffer(const Buffer&) = default;
  Buffer(Buffer&&) noexcept = default;
  ~Buffer() = default;
  /// Throws ShapeError where both hold arrays of two shapes, or only the other holds none.
  Buffer& operator=(const Buffer& other) {
    if (*this && this != &other) require_shape("assignment", other, CallSite{});
    Tensor<T>::operator=(other);
    return *this;
  }
  Buffer& operator=(Buffer&&) noexcept = default;
  template <class X>
    requires(!std::same_as<X, Buffer>)
  Buffer& operator=(const X&) {
    static_assert(std::is_void_v<X>, "a buffer is given new values by set_value(tensor), which checks the shape");
    return *this;
  }

  /// New values of the same shape; what was read before keeps the old ones. Throws ShapeError for another shape.
  void set_value(const Tensor<T>& value, CallSite site = CallSite::current()) {
    if (*this) require_shape("set_value", value, site);
    Tensor<T>::operator=(constant(value, site));
  }

 private:
  void require_shape(std::string_view what, const Tensor<T>& value, const CallSite& site) const {
    if (value && value.shape() == this->shape()) return;
    throw ShapeError(std::string(what) + ": a buffer has shape " + text(this->shape()) + ", but the new value " +
                     (value ? "has " + text(value.shape()) : "holds nothing") + text(site));
  }
};

template <class X>
inline constexpr bool is_buffer = false;
template <Real T>
inline constexpr bool is_buffer<Buffer<T>> = true;

}  // namespace tapegrad::nn
