// Arithmetic on scalars before it is recorded: an expression holds its operands by value, so that `auto e = a * b;` may
// be kept. It becomes one statement when a Scalar is made of it: an edge for each scalar that it names.
#pragma once
#include <compare>
#include <concepts>
#include <cstdint>
#include <ostream>
#include <type_traits>

#include "tapegrad/functions/element.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// A formula of scalars: what their operators and functions give.
template <class X>
concept ScalarExpression = requires { requires X::is_scalar_expression; };
template <class X>
inline constexpr bool is_scalar = false;
template <ScalarNumber T>
inline constexpr bool is_scalar<Scalar<T>> = true;
/// A Scalar or a formula of scalars.
template <class X>
concept AnyScalar = is_scalar<X> || ScalarExpression<X>;
/// What may stand beside a scalar of type T: a scalar of that type, or a plain number, which is converted to T.
template <class X, class T>
concept ScalarOperand = std::is_arithmetic_v<X> || std::same_as<X, T> ||
                        (AnyScalar<X> && std::same_as<typename X::value_type, T>);

// A formula stays what it is: `auto y = exp(x); y += z;` and `y = y + z;` need a scalar to write to.
template <class F>
void refuse_change() {
  static_assert(!ScalarExpression<F>,
                "scalar: exp(x), a * b and their like are formulas, which cannot be changed. Keep a "
                "scalar: Scalar<double> y = exp(x); or Scalar y = exp(x); instead of auto y");
}

/// A number in an expression.
template <ScalarNumber T>
struct ScalarConstant {
  static constexpr bool is_scalar_expression = true;
  static constexpr std::size_t leaves = 0;
  using value_type = T;
  T number;
  template <class X>
  void operator=(const X&) {
    refuse_change<ScalarConstant>();
  }
  T value() const { return number; }
  bool active() const { return false; }
  bool all_tagged(std::uint32_t) const { return true; }
  template <bool = false, class Out>
  void write(Out&, T) const {}
};

/// What a Scalar was when an expression read it.
template <ScalarNumber T>
struct ScalarLeaf {
  static constexpr bool is_scalar_expression = true;
  static constexpr std::size_t leaves = 1;
  using value_type = T;
  T number;
  std::uint32_t slot, tag;
  template <class X>
  void operator=(const X&) {
    refuse_change<ScalarLeaf>();
  }
  T value() const { return number; }
  /// Whether a gradient flows to any of the leaves.
  bool active() const { return slot != 0; }
  /// Whether all leaves have this tag: then all of them are active, and alive.
  [[gnu::always_inline]] bool all_tagged(std::uint32_t read) const { return tag == read; }
  /// Calls out(weight, leaf) for each leaf, whose derivatives are multiplied by `weight`. `masked`: a weight of 0 says
  /// that nothing of the expression was taken, and stays 0 whatever the derivatives are.
  template <bool masked = false, class Out>
  [[gnu::always_inline]] void write(Out& out, T weight) const {
    out(weight, *this);
  }
};

/// The struct of a function within an expression: no room where it is empty. The operands are in the type, so that
/// those of nested expressions are of different types and may stand at one address.
template <class F, class... Operands>
struct HeldFunction {
  F f;
  const F& operator()() const { return f; }
};
template <class F, class... Operands>
  requires std::is_empty_v<F>
struct HeldFunction<F, Operands...> {
  explicit HeldFunction(const F&) {}
  F operator()() const { return F(); }
};

/// Writes an operand of f with the weight times its derivative: 0 where f cuts, and below that wherever a weight is.
template <class F, bool masked, class Operand, class Out, class T>
[[gnu::always_inline]] inline void write_operand(const Operand& operand, Out& out, const T& weight,
                                                 const T& derivative) {
  if constexpr (elementwise::cuts<F>) {
    operand.template write<true>(out, is_zero(derivative) ? T(0) : T(weight * derivative));
  } else if constexpr (masked) {
    operand.template write<true>(out, is_zero(weight) ? T(0) : T(weight * derivative));
  } else {
    operand.write(out, weight * derivative);
  }
}

/// y = f(a), where f is a struct with a value and a derivative, as in the catalogue.
template <class F, ScalarExpression A>
struct ScalarUnary {
  static constexpr bool is_scalar_expression = true;
  static constexpr std::size_t leaves = A::leaves;
  using value_type = typename A::value_type;
  A a;
  value_type result;
  [[no_unique_address]] HeldFunction<F, A> f;
  [[gnu::always_inline]] ScalarUnary(const F& function, const A& x)
      : a(x), result(value_by(function, x.value())), f{function} {}
  template <class X>
  void operator=(const X&) {
    refuse_change<ScalarUnary>();
  }
  value_type value() const { return result; }
  bool active() const { return a.active(); }
  [[gnu::always_inline]] bool all_tagged(std::uint32_t read) const { return a.all_tagged(read); }
  template <bool masked = false, class Out>
  [[gnu::always_inline]] void write(Out& out, value_type weight) const {
    if constexpr (F::keeps == Keeps::output) write_operand<F, masked>(a, out, weight, f().derivative(result));
    else write_operand<F, masked>(a, out, weight, f().derivative(a.value()));
  }
};

/// y = f(a, b), where f is a struct with value(a, b) and the partial derivatives left(a, b, y) and right(a, b, y).
template <class F, ScalarExpression A, ScalarExpression B>
struct ScalarBinary {
  static constexpr bool is_scalar_expression = true;
  static constexpr std::size_t leaves = A::leaves + B::leaves;
  using value_type = typename A::value_type;
  A a;
  B b;
  value_type result;
  [[no_unique_address]] HeldFunction<F, A, B> f;
  [[gnu::always_inline]] ScalarBinary(const F& function, const A& x, const B& y)
      : a(x), b(y), result(value_by(function, x.value(), y.value())), f{function} {}
  template <class X>
  void operator=(const X&) {
    refuse_change<ScalarBinary>();
  }
  value_type value() const { return result; }
  bool active() const { return a.active() || b.active(); }
  [[gnu::always_inline]] bool all_tagged(std::uint32_t read) const {
    return int(a.all_tagged(read)) & int(b.all_tagged(read));  // without a branch
  }
  template <bool masked = false, class Out>
  [[gnu::always_inline]] void write(Out& out, value_type weight) const {
    if constexpr (A::leaves > 0) write_operand<F, masked>(a, out, weight, f().left(a.value(), b.value(), result));
    if constexpr (B::leaves > 0) write_operand<F, masked>(b, out, weight, f().right(a.value(), b.value(), result));
  }
};

/// An operand as a part of an expression.
template <class T, class X>
  requires ScalarOperand<X, T>
[[gnu::always_inline]] inline decltype(auto) capture(const X& x) {
  if constexpr (is_scalar<X>) return x.read();
  else if constexpr (ScalarExpression<X>) return (x);
  else return ScalarConstant<T>{static_cast<T>(x)};
}
template <class T, class X>
using Captured = std::decay_t<decltype(capture<T>(std::declval<const X&>()))>;

template <class A, class B>
struct ScalarTypeOf {};
template <AnyScalar A, class B>
struct ScalarTypeOf<A, B> {
  using type = typename A::value_type;
};
template <class A, AnyScalar B>
  requires(!AnyScalar<A>)
struct ScalarTypeOf<A, B> {
  using type = typename B::value_type;
};
/// Two operands of which one at least is a scalar, and which go together.
template <class A, class B>
concept ScalarPair = requires { typename ScalarTypeOf<A, B>::type; } &&
                     ScalarOperand<A, typename ScalarTypeOf<A, B>::type> &&
                     ScalarOperand<B, typename ScalarTypeOf<A, B>::type>;

/// Two scalars of different types, or a scalar and a dual number that is not of its type.
template <class A, class B>
concept MixedScalars = ((AnyScalar<A> && (AnyScalar<B> || is_dual<B>)) || (is_dual<A> && AnyScalar<B>)) &&
                       !ScalarPair<A, B>;
template <class A, class B>
double refuse_mixture() {
  static_assert(!MixedScalars<A, B>,
                "scalars of one formula must be of one type, all Scalar<double>, all Scalar<float>, or all of one dual "
                "number: the number in a scalar is s.value(), that in a dual number d.value");
  return 0;
}

template <class F, AnyScalar X>
[[gnu::always_inline]] inline auto apply_to_scalar(const F& f, const X& x) {
  using T = typename X::value_type;
  return ScalarUnary<F, Captured<T, X>>(f, capture<T>(x));
}
template <class F, class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto apply_to_scalars(const F& f, const A& a, const B& b) {
  using T = typename ScalarTypeOf<A, B>::type;
  return ScalarBinary<F, Captured<T, A>, Captured<T, B>>(f, capture<T>(a), capture<T>(b));
}

namespace elementwise {

// y = a + b           dy/da = 1, dy/db = 1
struct Sum {
  template <class V> static V value(const V& a, const V& b) { return a + b; }
  template <class V> static V left(const V&, const V&, const V&) { return V(1); }
  template <class V> static V right(const V&, const V&, const V&) { return V(1); }
};
// y = a - b           dy/da = 1, dy/db = -1
struct Difference {
  template <class V> static V value(const V& a, const V& b) { return a - b; }
  template <class V> static V left(const V&, const V&, const V&) { return V(1); }
  template <class V> static V right(const V&, const V&, const V&) { return V(-1); }
};
// y = a b             dy/da = b, dy/db = a
struct Product {
  template <class V> static V value(const V& a, const V& b) { return a * b; }
  template <class V> static V left(const V&, const V& b, const V&) { return b; }
  template <class V> static V right(const V& a, const V&, const V&) { return a; }
};
// y = a / b           dy/da = 1 / b, dy/db = -y / b
struct Quotient {
  template <class V> static V value(const V& a, const V& b) { return a / b; }
  template <class V> static V left(const V&, const V& b, const V&) { return 1 / b; }
  template <class V> static V right(const V&, const V& b, const V& y) { return -y / b; }
};

}  // namespace elementwise

template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto operator+(const A& a, const B& b) {
  return apply_to_scalars(elementwise::Sum(), a, b);
}
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto operator-(const A& a, const B& b) {
  return apply_to_scalars(elementwise::Difference(), a, b);
}
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto operator*(const A& a, const B& b) {
  return apply_to_scalars(elementwise::Product(), a, b);
}
template <class A, class B>
  requires ScalarPair<A, B>
[[gnu::always_inline]] inline auto operator/(const A& a, const B& b) {
  return apply_to_scalars(elementwise::Quotient(), a, b);
}
template <AnyScalar X>
[[gnu::always_inline]] inline auto operator+(const X& x) {
  return capture<typename X::value_type>(x);
}

// See refuse_mixture.
template <class A, class B>
  requires MixedScalars<A, B>
auto operator+(const A&, const B&) { return refuse_mixture<A, B>(); }
template <class A, class B>
  requires MixedScalars<A, B>
auto operator-(const A&, const B&) { return refuse_mixture<A, B>(); }
template <class A, class B>
  requires MixedScalars<A, B>
auto operator*(const A&, const B&) { return refuse_mixture<A, B>(); }
template <class A, class B>
  requires MixedScalars<A, B>
auto operator/(const A&, const B&) { return refuse_mixture<A, B>(); }
template <class A, class B>
  requires MixedScalars<A, B>
auto operator<=>(const A&, const B&) { return refuse_mixture<A, B>() <=> 0; }
template <class A, class B>
  requires MixedScalars<A, B>
bool operator==(const A&, const B&) { return refuse_mixture<A, B>() == 0; }

// See refuse_change.
template <ScalarExpression F, class X> F& operator+=(F& formula, const X&) { return refuse_change<F>(), formula; }
template <ScalarExpression F, class X> F& operator-=(F& formula, const X&) { return refuse_change<F>(), formula; }
template <ScalarExpression F, class X> F& operator*=(F& formula, const X&) { return refuse_change<F>(), formula; }
template <ScalarExpression F, class X> F& operator/=(F& formula, const X&) { return refuse_change<F>(), formula; }

/// The number that an operand is, without derivatives.
template <class X>
auto plain_number(const X& x) {
  if constexpr (AnyScalar<X>) return number_in(x.value());
  else if constexpr (ScalarNumber<X>) return number_in(x);
  else return x;
}
/// Comparisons are of the numbers.
template <class A, class B>
  requires ScalarPair<A, B>
auto operator<=>(const A& a, const B& b) {
  const auto left = plain_number(a);
  const auto right = plain_number(b);
  using Common = std::common_type_t<decltype(left), decltype(right)>;  // as with plain numbers
  return std::partial_order(static_cast<Common>(left), static_cast<Common>(right));
}
template <class A, class B>
  requires ScalarPair<A, B>
bool operator==(const A& a, const B& b) {
  return (a <=> b) == 0;
}
template <AnyScalar X>
std::ostream& operator<<(std::ostream& out, const X& x) {
  return out << x.value();
}

}  // namespace tapegrad
