// The numbers that a Scalar may hold: float, double, and dual numbers of those.
#pragma once
#include <cstddef>
#include <limits>

#include "tapegrad/tensor/node.h"

namespace tapegrad {

template <class V, std::size_t N>
struct Dual;

/// A Dual<V, N>, whatever V is.
template <class T>
inline constexpr bool is_dual = false;
template <class V, std::size_t N>
inline constexpr bool is_dual<Dual<V, N>> = true;

/// The type of float or double inside T: T itself, or that of a dual number's value.
template <class T>
struct RealInside {
  using type = T;
};
template <class V, std::size_t N>
struct RealInside<Dual<V, N>> : RealInside<V> {};
template <class T>
using real_of = typename RealInside<T>::type;

/// What a Scalar may hold: float, double, Dual<float, N>, Dual<double, N>, and duals of those.
template <class T>
concept ScalarNumber = Real<real_of<T>>;
/// Those among them that are no plain numbers.
template <class T>
concept DualNumber = ScalarNumber<T> && is_dual<T>;

/// The plain number in x, without derivatives.
template <ScalarNumber T>
constexpr real_of<T> number_in(const T& x) {
  if constexpr (is_dual<T>) return number_in(x.value);
  else return x;
}
/// Whether x and all its derivatives are 0.
template <ScalarNumber T>
constexpr bool is_zero(const T& x) {
  if constexpr (is_dual<T>) return x.is_zero();
  else return x == 0;
}

/// The plain number in x, or a derivative in it that is infinite or a NaN.
template <ScalarNumber T>
real_of<T> finite_or_not(const T& x) {
  if constexpr (is_dual<T>) {
    real_of<T> result = finite_or_not(x.value);
    for (std::size_t i = 0; i < T::directions; ++i) {
      const real_of<T> each = finite_or_not(x.along(i));
      if (!(each - each == 0)) result = each;
    }
    return result;
  } else {
    return x;
  }
}

/// What the function of a struct of the catalogue is at x: of a dual number, with the derivative that the struct says.
template <class F, class V>
V value_by(const F& f, const V& x) {
  if constexpr (is_dual<V>) return V::apply(f, x);
  else return f.value(x);
}
template <class F, class V>
V value_by(const F& f, const V& a, const V& b) {
  if constexpr (is_dual<V>) return V::apply(f, a, b);
  else return f.value(a, b);
}

/// Tells one type of numbers from another by its address.
template <ScalarNumber T>
inline constexpr char type_of_numbers = 0;

/// std::numeric_limits for a type X that stands for numbers T.
template <class X, class T>
struct LimitsOf : std::numeric_limits<T> {
  using Limits = std::numeric_limits<T>;
  static X min() { return X(Limits::min()); }
  static X max() { return X(Limits::max()); }
  static X lowest() { return X(Limits::lowest()); }
  static X epsilon() { return X(Limits::epsilon()); }
  static X round_error() { return X(Limits::round_error()); }
  static X infinity() { return X(Limits::infinity()); }
  static X quiet_NaN() { return X(Limits::quiet_NaN()); }
  static X signaling_NaN() { return X(Limits::signaling_NaN()); }
  static X denorm_min() { return X(Limits::denorm_min()); }
};

}  // namespace tapegrad
