// Forward mode: a value with its partial derivatives along N directions.
#pragma once
#include <cstddef>
#include <type_traits>

#include "tapegrad/elementwise.h"

namespace tapegrad {

/// Partial derivatives along N directions: the first, and the rest. No array and no loop, so that a compiler keeps them
/// in registers.
template <class V, std::size_t N>
struct Partials {
  V first;
  Partials<V, N - 1> rest;

  friend Partials operator+(const Partials& a, const Partials& b) { return {a.first + b.first, a.rest + b.rest}; }
  friend Partials operator-(const Partials& a, const Partials& b) { return {a.first - b.first, a.rest - b.rest}; }
  friend Partials operator-(const Partials& a) { return {-a.first, -a.rest}; }
  friend Partials operator*(const Partials& a, const V& factor) { return {a.first * factor, a.rest * factor}; }
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
  template <class Mask>
  friend Partials where(const Mask&, const Partials&, const Partials&) {
    return {};
  }
};

/// V is a number or a register of numbers. Plain numbers on either side of an operator are constants.
template <class V, std::size_t N>
struct Dual {
  V value;
  Partials<V, N> partial;

  Dual() = default;
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
  /// The derivative along direction `place`.
  template <std::size_t place>
  const V& along() const {
    return along<place>(partial);
  }

  friend Dual operator+(const Dual& a, const Dual& b) { return {a.value + b.value, a.partial + b.partial}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.value - b.value, a.partial - b.partial}; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.partial * b.value + b.partial * a.value};
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V inverse = V(number(1)) / b.value, quotient = a.value * inverse;
    return {quotient, a.partial * inverse + b.partial * (-quotient * inverse)};
  }
  friend Dual operator-(const Dual& a) { return {-a.value, -a.partial}; }
  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }
  friend auto operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend auto operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend auto operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }
  friend auto operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }

  /// a where the mask is set, b elsewhere. The mask is what a comparison of duals gives.
  friend Dual where(const decltype(V() > V())& mask, const Dual& a, const Dual& b) {
    return {where(mask, a.value, b.value), where(mask, a.partial, b.partial)};
  }
  /// The larger of the two; equal ones share the derivative half and half.
  friend Dual maximum(const Dual& a, const Dual& b) {
    return where(a > b, a, where(b > a, b, (a + b) * Dual(0.5)));
  }
  friend Dual minimum(const Dual& a, const Dual& b) {
    return where(a < b, a, where(b < a, b, (a + b) * Dual(0.5)));
  }
  /// x limited to [low, high]; derivative 1 inside and on the limits, 0 outside.
  friend Dual clip(const Dual& x, double low, double high) {
    return where(x < Dual(low), Dual(low), where(x > Dual(high), Dual(high), x));
  }
  /// a^b. The derivative with respect to b is 0 where a <= 0.
  friend Dual pow(const Dual& a, const Dual& b) {
    using std::pow, std::log;
    const V one = V(number(1)), y = pow(a.value, b.value), da = b.value * pow(a.value, b.value - one);
    const V db = where(a.value > V(number(0)), y * log(where(a.value > V(number(0)), a.value, one)), V(number(0)));
    return {y, a.partial * da + b.partial * db};
  }
  /// x^k for a plain number, any x.
  template <class C>
    requires std::is_arithmetic_v<C>
  friend Dual pow(const Dual& x, C k) {
    using std::pow;
    const V slope = k == 0 ? V(number(0)) : V(number(k)) * pow(x.value, V(number(k - 1)));
    return {pow(x.value, V(number(k))), x.partial * slope};
  }

  /// A function of one argument from its struct in elementwise.h.
  template <class Op>
  static Dual apply(const Dual& x) {
    const V y = Op::value(x.value);
    if constexpr (N == 0) return {y, {}};
    else return {y, x.partial * Op::derivative(Op::keeps == Keeps::output ? y : x.value)};
  }
  friend Dual exp(const Dual& x) { return apply<elementwise::Exp>(x); }
  friend Dual log(const Dual& x) { return apply<elementwise::Log>(x); }
  friend Dual sqrt(const Dual& x) { return apply<elementwise::Sqrt>(x); }
  friend Dual square(const Dual& x) { return apply<elementwise::Square>(x); }
  friend Dual abs(const Dual& x) { return apply<elementwise::Abs>(x); }
  friend Dual sign(const Dual& x) { return apply<elementwise::Sign>(x); }
  friend Dual step(const Dual& x) { return apply<elementwise::Step>(x); }
  friend Dual sin(const Dual& x) { return apply<elementwise::Sin>(x); }
  friend Dual cos(const Dual& x) { return apply<elementwise::Cos>(x); }
  friend Dual tanh(const Dual& x) { return apply<elementwise::Tanh>(x); }
  friend Dual sigmoid(const Dual& x) { return apply<elementwise::Sigmoid>(x); }
  friend Dual relu(const Dual& x) { return apply<elementwise::Relu>(x); }
  friend Dual softplus(const Dual& x) { return apply<elementwise::Softplus>(x); }

 private:
  template <class T>
  struct NumberOf {
    using type = T;
  };
  template <class T>
    requires requires { typename T::value_type; }
  struct NumberOf<T> {
    using type = typename T::value_type;
  };
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
};

}  // namespace tapegrad
