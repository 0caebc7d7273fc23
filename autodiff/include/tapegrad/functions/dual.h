// Forward mode: a value with its partial derivatives along N directions. For functions written once for numbers of any
// kind: f(Dual<double>::input(x)).along() is f'(x), exact. The functions of <cmath> are in functions.h.
#pragma once
#include <array>
#include <cstddef>
#include <limits>
#include <ostream>
#include <type_traits>

#include "tapegrad/functions/element.h"
#include "tapegrad/functions/number.h"

namespace tapegrad {

/// Partial derivatives along N directions: the first, and the rest. No array and no loop, so that a compiler keeps them
/// in registers.
template <class V, std::size_t N>
struct Partials {
  V first;
  [[no_unique_address]] Partials<V, N - 1> rest;

  friend Partials operator+(const Partials& a, const Partials& b) { return {a.first + b.first, a.rest + b.rest}; }
  friend Partials operator-(const Partials& a, const Partials& b) { return {a.first - b.first, a.rest - b.rest}; }
  friend Partials operator-(const Partials& a) { return {-a.first, -a.rest}; }
  /// Of numbers, what moves nothing moves nothing, whatever the factor: 0 times infinity is 0 here.
  friend Partials operator*(const Partials& a, const V& factor) {
    if constexpr (ScalarNumber<V>) return {tapegrad::is_zero(a.first) ? a.first : a.first * factor, a.rest * factor};
    else return {a.first * factor, a.rest * factor};
  }
  /// The same for registers too: by the derivative of a function, which may be infinite where its value is a number.
  friend Partials times_slope(const Partials& a, const V& slope) {
    if constexpr (ScalarNumber<V> || is_dual<V>) return a * slope;
    else return {where(a.first == V(0), V(0), a.first * slope), times_slope(a.rest, slope)};
  }
  template <class Mask>
  friend Partials where(const Mask& mask, const Partials& a, const Partials& b) {
    return {where(mask, a.first, b.first), where(mask, a.rest, b.rest)};
  }
};
template <class V>
struct Partials<V, 0> {
  friend Partials operator+(const Partials&, const Partials&) { return {}; }
  friend Partials operator-(const Partials&, const Partials&) { return {}; }
  friend Partials operator-(const Partials&) { return {}; }
  friend Partials operator*(const Partials&, const V&) { return {}; }
  friend Partials times_slope(const Partials&, const V&) { return {}; }
  template <class Mask>
  friend Partials where(const Mask&, const Partials&, const Partials&) {
    return {};
  }
};

/// V is a number, a register of numbers, or a dual number (then derivatives of derivatives are there too). Plain
/// numbers on either side of an operator are constants. Comparisons are of the values.
template <class V, std::size_t N = 1>
struct Dual {
  V value;
  Partials<V, N> partial;

  static constexpr std::size_t directions = N;

  Dual() = default;
  /// A constant that has derivatives of its own: a Dual<double> in a Dual<Dual<double>>.
  Dual(const V& constant)
    requires is_dual<V>
      : value(constant), partial(zeros<N>()) {}
  template <class C>
    requires std::is_arithmetic_v<C>
  Dual(C constant) : value(static_cast<number>(constant)), partial(zeros<N>()) {}
  Dual(const V& v, const Partials<V, N>& partials) : value(v), partial(partials) {}
  /// The value of input `place`: 1 in its own direction, 0 in the others.
  template <std::size_t place>
  static Dual input(const V& v) {
    Dual x(v, zeros<N>());
    if constexpr (N > 0) along<place>(x.partial) = V(number(1));
    return x;
  }
  /// The value of input `place`, known at run time. Places past the last direction make a constant.
  static Dual input(const V& v, std::size_t place = 0) {
    Dual x(v, zeros<N>());
    if (place < N) x.along(place) = V(number(1));
    return x;
  }
  /// The derivative along direction `place`.
  template <std::size_t place>
  const V& along() const {
    return along<place>(partial);
  }
  const V& along(std::size_t place = 0) const { return along(partial, place); }
  V& along(std::size_t place = 0) { return const_cast<V&>(along(partial, place)); }

  friend Dual operator+(const Dual& a, const Dual& b) { return {a.value + b.value, a.partial + b.partial}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.value - b.value, a.partial - b.partial}; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.partial * b.value + b.partial * a.value};
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V inverse = V(number(1)) / b.value;
    V quotient;
    if constexpr (ScalarNumber<V>) quotient = a.value / b.value;  // to the last bit, as without derivatives
    else quotient = a.value * inverse;                            // registers: one division
    return {quotient, times_slope(a.partial, inverse) + times_slope(b.partial, V(-quotient * inverse))};
  }
  // With a plain number, which has no partials that could meet an infinity.
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator+(const Dual& a, C c) { return {a.value + V(number(c)), a.partial}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator+(C c, const Dual& b) { return {V(number(c)) + b.value, b.partial}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator-(const Dual& a, C c) { return {a.value - V(number(c)), a.partial}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator-(C c, const Dual& b) { return {V(number(c)) - b.value, -b.partial}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator*(const Dual& a, C c) { return {a.value * V(number(c)), a.partial * V(number(c))}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator*(C c, const Dual& b) { return {V(number(c)) * b.value, b.partial * V(number(c))}; }
  template <class C> requires std::is_arithmetic_v<C>
  friend Dual operator/(C c, const Dual& b) {
    const V inverse = V(number(1)) / b.value;
    V quotient;
    if constexpr (ScalarNumber<V>) quotient = V(number(c)) / b.value;
    else quotient = V(number(c)) * inverse;
    return {quotient, times_slope(b.partial, V(-quotient * inverse))};
  }
  friend Dual operator-(const Dual& a) { return {-a.value, -a.partial}; }
  friend Dual operator+(const Dual& a) { return a; }
  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }
  friend auto operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend auto operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend auto operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }
  friend auto operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend auto operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  friend auto operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }

  /// a where the mask is set, b elsewhere. The mask is what a comparison of duals gives.
  friend Dual where(const decltype(V() > V())& mask, const Dual& a, const Dual& b) {
    return {where(mask, a.value, b.value), where(mask, a.partial, b.partial)};
  }
  /// The larger of the two; equal ones share the derivative half and half.
  friend Dual maximum(const Dual& a, const Dual& b) {
    return where(a > b, a, where(b > a, b, (a + b) * 0.5));
  }
  friend Dual minimum(const Dual& a, const Dual& b) {
    return where(a < b, a, where(b < a, b, (a + b) * 0.5));
  }
  /// x limited to [low, high]; derivative 1 inside and on the limits, 0 outside.
  friend Dual clip(const Dual& x, double low, double high) {
    return where(x < Dual(low), Dual(low), where(x > Dual(high), Dual(high), x));
  }
  /// A function of one argument from its struct in the catalogue.
  template <class F>
  static Dual apply(const F& f, const Dual& x) {
    const V y = value_by(f, x.value);
    if constexpr (N == 0) return {y, {}};
    else return {y, passed<F>(x.partial, f.derivative(F::keeps == Keeps::output ? y : x.value))};
  }
  /// A function of two arguments, of which one may be a plain number, from its struct in the catalogue.
  template <class F>
  static Dual apply(const F& f, const Dual& a, const Dual& b) {
    const V y = value_by(f, a.value, b.value);
    if constexpr (N == 0) return {y, {}};
    else {
      return {y, passed<F>(a.partial, f.left(a.value, b.value, y)) +
                     passed<F>(b.partial, f.right(a.value, b.value, y))};
    }
  }
  template <class F, class C>
    requires std::is_arithmetic_v<C>
  static Dual apply(const F& f, const Dual& a, C constant) {
    const V b(static_cast<number>(constant)), y = value_by(f, a.value, b);
    return {y, passed<F>(a.partial, f.left(a.value, b, y))};
  }
  template <class F, class C>
    requires std::is_arithmetic_v<C>
  static Dual apply(const F& f, C constant, const Dual& b) {
    const V a(static_cast<number>(constant)), y = value_by(f, a, b.value);
    return {y, passed<F>(b.partial, f.right(a, b.value, y))};
  }

  /// For the engine: whether the value and all derivatives are 0.
  bool is_zero() const {
    bool zero = tapegrad::is_zero(value);
    for (std::size_t i = 0; i < N; ++i) zero &= tapegrad::is_zero(along(i));
    return zero;
  }
  /// The value, and in brackets the derivatives.
  friend std::ostream& operator<<(std::ostream& out, const Dual& x) {
    out << x.value << " [";
    for (std::size_t i = 0; i < N; ++i) out << (i ? ", " : "") << x.along(i);
    return out << ']';
  }

 private:
  // What an argument of f gives to the derivatives. Of what f did not take nothing, not even of an infinity or a NaN.
  template <class F>
  static Partials<V, N> passed(const Partials<V, N>& partials, const V& derivative) {
    if constexpr (elementwise::cuts<F>) return where(none(derivative), zeros<N>(), partials * derivative);
    else if constexpr (elementwise::bounded_slope<F>) return partials * derivative;
    else return times_slope(partials, derivative);
  }
  static auto none(const V& v) {
    if constexpr (ScalarNumber<V>) return tapegrad::is_zero(v);
    else return v == V(number(0));
  }
  template <class T>
  struct NumberOf {
    using type = T;
  };
  template <class T>
    requires requires { typename T::value_type; }
  struct NumberOf<T> {
    using type = typename T::value_type;
  };
  template <class T, std::size_t M>
  struct NumberOf<Dual<T, M>> : NumberOf<T> {};
  using number = typename NumberOf<V>::type;
  template <std::size_t M>
  static Partials<V, M> zeros() {
    if constexpr (M == 0) return {};
    else return {V(number(0)), zeros<M - 1>()};
  }
  template <std::size_t place, class P>
  static auto& along(P& partials) {
    if constexpr (place == 0) return partials.first;
    else return along<place - 1>(partials.rest);
  }
  template <std::size_t M>
  static const V& along(const Partials<V, M>& partials, std::size_t place) {
    if constexpr (M > 1) {
      if (place > 0) return along(partials.rest, place - 1);
    }
    return partials.first;
  }
};

}  // namespace tapegrad

/// The limits of the value's type, as constants.
template <class V, std::size_t N>
struct std::numeric_limits<tapegrad::Dual<V, N>> : tapegrad::LimitsOf<tapegrad::Dual<V, N>, tapegrad::real_of<V>> {};
