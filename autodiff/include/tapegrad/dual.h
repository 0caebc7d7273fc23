// Forward mode: a value with its partial derivatives along N directions.
#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include "tapegrad/elementwise.h"

namespace tapegrad {

/// V is a number or a register of numbers. Plain numbers on either side of an operator are constants.
template <class V, std::size_t N>
struct Dual {
  V value;
  std::array<V, N> partial;

  Dual() = default;
  template <class C>
    requires std::is_arithmetic_v<C>
  Dual(C constant) : value(static_cast<number>(constant)) {
    for (V& p : partial) p = V(number(0));
  }
  Dual(const V& v, const std::array<V, N>& partials) : value(v), partial(partials) {}
  /// The value of input `place`: 1 in its own direction, 0 in the others.
  static Dual input(const V& v, std::size_t place) {
    Dual x(number(0));
    x.value = v;
    if constexpr (N > 0) x.partial[place] = V(number(1));
    return x;
  }

  friend Dual operator+(const Dual& a, const Dual& b) {
    return each(a.value + b.value, [&](std::size_t i) { return a.partial[i] + b.partial[i]; });
  }
  friend Dual operator-(const Dual& a, const Dual& b) {
    return each(a.value - b.value, [&](std::size_t i) { return a.partial[i] - b.partial[i]; });
  }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return each(a.value * b.value, [&](std::size_t i) { return a.partial[i] * b.value + a.value * b.partial[i]; });
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V inverse = V(number(1)) / b.value, quotient = a.value * inverse;
    return each(quotient, [&](std::size_t i) { return (a.partial[i] - quotient * b.partial[i]) * inverse; });
  }
  friend Dual operator-(const Dual& a) {
    return each(-a.value, [&](std::size_t i) { return -a.partial[i]; });
  }
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
    return each(where(mask, a.value, b.value), [&](std::size_t i) { return where(mask, a.partial[i], b.partial[i]); });
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
    return each(y, [&](std::size_t i) { return a.partial[i] * da + b.partial[i] * db; });
  }
  /// x^k for a plain number, any x.
  template <class C>
    requires std::is_arithmetic_v<C>
  friend Dual pow(const Dual& x, C k) {
    using std::pow;
    const V slope = k == 0 ? V(number(0)) : V(number(k)) * pow(x.value, V(number(k - 1)));
    return each(pow(x.value, V(number(k))), [&](std::size_t i) { return slope * x.partial[i]; });
  }

  /// A function of one argument from its struct in elementwise.h.
  template <class Op>
  static Dual apply(const Dual& x) {
    const V y = Op::value(x.value);
    if constexpr (N == 0) return Dual(y, {});
    else {
      const V slope = Op::derivative(Op::keeps == Keeps::output ? y : x.value);
      return each(y, [&](std::size_t i) { return slope * x.partial[i]; });
    }
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
  template <class F>
  static Dual each(const V& v, F f) {
    Dual r;
    r.value = v;
    for (std::size_t i = 0; i < N; ++i) r.partial[i] = f(i);
    return r;
  }
};

}  // namespace tapegrad
