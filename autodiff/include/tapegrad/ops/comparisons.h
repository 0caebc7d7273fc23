// Comparisons, which give masks, and what masks choose.
#pragma once
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// a > b, broadcast.
template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a < b, broadcast.
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a >= b, broadcast.
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// a <= b, broadcast.
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
template <Real T>
Mask operator>(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator<(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator>=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater_equal(a, b.as_tensor(), b.site);
}
template <Real T>
Mask operator<=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less_equal(a, b.as_tensor(), b.site);
}

/// a where the mask is set, b elsewhere. No gradient, and so no NaN, comes from the side that was not taken.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
// The same with a plain number on one side.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, std::type_identity_t<T> b, CallSite site = CallSite::current()) {
  return where(mask, a, Tensor<T>(b), site);
}
template <Real T>
Tensor<T> where(const Mask& mask, std::type_identity_t<T> a, const Tensor<T>& b, CallSite site = CallSite::current()) {
  return where(mask, Tensor<T>(a), b, site);
}
/// Limits x to [low, high]; the gradient is 0 outside, 1 inside and on the limits.
template <Real T>
Tensor<T> clip(const Tensor<T>& x, double low, double high, CallSite site = CallSite::current());

}  // namespace tapegrad
