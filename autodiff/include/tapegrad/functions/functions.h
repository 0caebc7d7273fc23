// The functions of <cmath> and the activations under their names, for scalars and for dual numbers: found by their
// arguments, wherever they are called. Any mix with plain numbers goes. What they are is in number_rules.h.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "tapegrad/functions/dual.h"
#include "tapegrad/functions/number_rules.h"
#include "tapegrad/scalars/expression.h"

namespace tapegrad {

/// A scalar, a formula of scalars, or a dual number (of registers too, inside fuse).
template <class X>
concept Differentiable = AnyScalar<X> || is_dual<X>;
/// Two dual numbers of one type, or one and a plain number.
template <class A, class B>
concept DualPair = (is_dual<A> && (std::same_as<A, B> || std::is_arithmetic_v<B>)) ||
                   (is_dual<B> && std::is_arithmetic_v<A>);
template <class A, class B>
concept DifferentiablePair = ScalarPair<A, B> || DualPair<A, B>;
template <class A, class B, class C>
concept DifferentiableTriple = DifferentiablePair<A, B> || DifferentiablePair<B, C> || DifferentiablePair<A, C>;

template <class Rule, Differentiable X>
[[gnu::always_inline]] inline auto apply_rule(const X& x) {
  if constexpr (is_dual<X>) return X::template apply<Rule>(x);
  else return apply_to_scalar<Rule>(x);
}
template <class Rule, class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto apply_rule(const A& a, const B& b) {
  if constexpr (ScalarPair<A, B>) return apply_to_scalars<Rule>(a, b);
  else if constexpr (is_dual<A>) return A::template apply<Rule>(a, b);
  else return B::template apply<Rule>(a, b);
}

// Of one argument, each as in <cmath>; square, sign, step, sigmoid, relu and softplus as the ops of that name.
template <Differentiable X>
[[gnu::always_inline]] inline auto exp(const X& x) { return apply_rule<elementwise::Exp>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto exp2(const X& x) { return apply_rule<elementwise::Exp2>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto expm1(const X& x) { return apply_rule<elementwise::Expm1>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto log(const X& x) { return apply_rule<elementwise::Log>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto log2(const X& x) { return apply_rule<elementwise::Log2>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto log10(const X& x) { return apply_rule<elementwise::Log10>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto log1p(const X& x) { return apply_rule<elementwise::Log1p>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto sqrt(const X& x) { return apply_rule<elementwise::Sqrt>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto cbrt(const X& x) { return apply_rule<elementwise::Cbrt>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto square(const X& x) { return apply_rule<elementwise::Square>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto sin(const X& x) { return apply_rule<elementwise::Sin>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto cos(const X& x) { return apply_rule<elementwise::Cos>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto tan(const X& x) { return apply_rule<elementwise::Tan>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto asin(const X& x) { return apply_rule<elementwise::Asin>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto acos(const X& x) { return apply_rule<elementwise::Acos>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto atan(const X& x) { return apply_rule<elementwise::Atan>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto sinh(const X& x) { return apply_rule<elementwise::Sinh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto cosh(const X& x) { return apply_rule<elementwise::Cosh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto tanh(const X& x) { return apply_rule<elementwise::Tanh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto asinh(const X& x) { return apply_rule<elementwise::Asinh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto acosh(const X& x) { return apply_rule<elementwise::Acosh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto atanh(const X& x) { return apply_rule<elementwise::Atanh>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto erf(const X& x) { return apply_rule<elementwise::Erf>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto erfc(const X& x) { return apply_rule<elementwise::Erfc>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto lgamma(const X& x) { return apply_rule<elementwise::LogGamma>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto tgamma(const X& x) { return apply_rule<elementwise::Gamma>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto abs(const X& x) { return apply_rule<elementwise::Abs>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto fabs(const X& x) { return apply_rule<elementwise::Abs>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto sign(const X& x) { return apply_rule<elementwise::Sign>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto step(const X& x) { return apply_rule<elementwise::Step>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto floor(const X& x) { return apply_rule<elementwise::Floor>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto ceil(const X& x) { return apply_rule<elementwise::Ceil>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto round(const X& x) { return apply_rule<elementwise::Round>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto trunc(const X& x) { return apply_rule<elementwise::Trunc>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto rint(const X& x) { return apply_rule<elementwise::Rint>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto nearbyint(const X& x) { return apply_rule<elementwise::NearbyInt>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto logb(const X& x) { return apply_rule<elementwise::Logb>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto sigmoid(const X& x) { return apply_rule<elementwise::Sigmoid>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto relu(const X& x) { return apply_rule<elementwise::Relu>(x); }
template <Differentiable X>
[[gnu::always_inline]] inline auto softplus(const X& x) { return apply_rule<elementwise::Softplus>(x); }

template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto pow(const A& a, const B& b) { return apply_rule<elementwise::Power>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto hypot(const A& a, const B& b) { return apply_rule<elementwise::Hypot>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto atan2(const A& a, const B& b) { return apply_rule<elementwise::Atan2>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmax(const A& a, const B& b) { return apply_rule<elementwise::Larger>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmin(const A& a, const B& b) { return apply_rule<elementwise::Smaller>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fdim(const A& a, const B& b) {
  return apply_rule<elementwise::PositiveDifference>(a, b);
}
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmod(const A& a, const B& b) { return apply_rule<elementwise::Fmod>(a, b); }
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto remainder(const A& a, const B& b) {
  return apply_rule<elementwise::Remainder>(a, b);
}
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto copysign(const A& a, const B& b) { return apply_rule<elementwise::Copysign>(a, b); }

/// sqrt(a^2 + b^2 + c^2).
template <class A, class B, class C>
  requires DifferentiableTriple<A, B, C>
auto hypot(const A& a, const B& b, const C& c) {
  using std::hypot;
  return hypot(hypot(a, b), c);
}
/// a b + c; rounded twice.
template <class A, class B, class C>
  requires DifferentiableTriple<A, B, C>
auto fma(const A& a, const B& b, const C& c) {
  return a * b + c;
}
/// x 2^exponent. By three factors, none of which overflows by itself.
template <Differentiable X>
auto ldexp(const X& x, int exponent) {
  using T = decltype(plain_number(x));
  constexpr int most = std::numeric_limits<T>::max_exponent - 1;
  int left = std::clamp(exponent, -3 * most, 3 * most);
  auto factor = [&] {
    const int part = std::clamp(left, -most, most);
    left -= part;
    return std::ldexp(T(1), part);
  };
  const T first = factor(), second = factor(), third = factor();
  return x * first * second * third;
}
template <Differentiable X>
auto scalbn(const X& x, int exponent) {
  return ldexp(x, exponent);
}
template <Differentiable X>
auto scalbln(const X& x, long exponent) {
  return ldexp(x, static_cast<int>(std::clamp(exponent, -100000L, 100000L)));
}
/// a + t (b - a).
template <class A, class B, class C>
  requires DifferentiableTriple<A, B, C>
auto lerp(const A& a, const B& b, const C& t) {
  return a + t * (b - a);
}

/// The part of x behind the point; `*whole` becomes the part before it: a plain number, or a constant scalar.
template <Differentiable X, class W>
auto modf(const X& x, W* whole) {
  const auto before = std::trunc(plain_number(x));
  *whole = W(before);
  return x - before;
}
/// remainder(a, b), and the last bits of the quotient.
template <class A, class B>
  requires DifferentiablePair<A, B>
auto remquo(const A& a, const B& b, int* quotient) {
  std::remquo(plain_number(a), plain_number(b), quotient);
  return remainder(a, b);
}
/// x moved by the last bit towards b: derivative 1.
template <Differentiable X, class B>
auto nextafter(const X& x, const B& b) {
  const auto number = plain_number(x);
  return x + (std::nextafter(number, static_cast<decltype(plain_number(x))>(plain_number(b))) - number);
}
/// x = result 2^exponent, with a result in [1/2, 1).
template <Differentiable X>
auto frexp(const X& x, int* exponent) {
  std::frexp(plain_number(x), exponent);
  return ldexp(x, -*exponent);
}

// Questions about the number.
template <Differentiable X> bool isnan(const X& x) { return std::isnan(plain_number(x)); }
template <Differentiable X> bool isinf(const X& x) { return std::isinf(plain_number(x)); }
template <Differentiable X> bool isfinite(const X& x) { return std::isfinite(plain_number(x)); }
template <Differentiable X> bool isnormal(const X& x) { return std::isnormal(plain_number(x)); }
template <Differentiable X> bool signbit(const X& x) { return std::signbit(plain_number(x)); }
template <Differentiable X> int fpclassify(const X& x) { return std::fpclassify(plain_number(x)); }
template <Differentiable X> int ilogb(const X& x) { return std::ilogb(plain_number(x)); }
template <Differentiable X> long lround(const X& x) { return std::lround(plain_number(x)); }
template <Differentiable X> long lrint(const X& x) { return std::lrint(plain_number(x)); }
template <Differentiable X> long long llround(const X& x) { return std::llround(plain_number(x)); }
template <Differentiable X> long long llrint(const X& x) { return std::llrint(plain_number(x)); }

// Comparisons that are false for a NaN, and raise nothing.
template <class A, class B>
  requires DifferentiablePair<A, B>
bool isgreater(const A& a, const B& b) { return std::isgreater(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires DifferentiablePair<A, B>
bool isgreaterequal(const A& a, const B& b) { return std::isgreaterequal(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires DifferentiablePair<A, B>
bool isless(const A& a, const B& b) { return std::isless(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires DifferentiablePair<A, B>
bool islessequal(const A& a, const B& b) { return std::islessequal(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires DifferentiablePair<A, B>
bool islessgreater(const A& a, const B& b) { return std::islessgreater(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires DifferentiablePair<A, B>
bool isunordered(const A& a, const B& b) { return std::isunordered(plain_number(a), plain_number(b)); }

}  // namespace tapegrad
