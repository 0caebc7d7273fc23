// The functions of <cmath> for scalars and for dual numbers: those of the catalogue, and what is made of them or asks a
// question. Found by their arguments, wherever they are called. Any mix with plain numbers goes.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "tapegrad/functions/choices.h"
#include "tapegrad/functions/catalogue.h"

namespace tapegrad {

template <class X>
concept NumberOrArray = Differentiable<X> || PlainNumber<X> || XtensorExpression<X>;
template <class A, class B, class C>
concept DifferentiableTriple =
    NumberOrArray<A> && NumberOrArray<B> && NumberOrArray<C> &&
    (DifferentiablePair<A, B> || DifferentiablePair<B, C> || DifferentiablePair<A, C>);
/// A scalar, a formula of scalars, or a dual number of numbers, which is not one of registers: it has one number.
template <class X>
concept OneNumber = AnyScalar<X> || DualNumber<X>;
template <class X>
concept DualOfRegisters = is_dual<X> && !DualNumber<X>;
/// Two of them that go together, or one and a plain number.
template <class A, class B>
concept OneNumberPair = NumberPair<A, B> && (OneNumber<A> || OneNumber<B>);

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
template <OneNumber X>
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
template <OneNumber X>
auto scalbn(const X& x, int exponent) {
  return ldexp(x, exponent);
}
template <OneNumber X>
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
template <DifferentiableNumber X, class W>
auto modf(const X& x, W* whole) {
  const auto before = std::trunc(plain_number(x));
  *whole = W(before);
  return x - before;
}
/// remainder(a, b), and the last bits of the quotient.
template <class A, class B>
  requires OneNumberPair<A, B>
auto remquo(const A& a, const B& b, int* quotient) {
  std::remquo(plain_number(a), plain_number(b), quotient);
  return remainder(a, b);
}
/// x moved by the last bit towards b: derivative 1.
template <DifferentiableNumber X, class B>
auto nextafter(const X& x, const B& b) {
  const auto number = plain_number(x);
  return x + (std::nextafter(number, static_cast<decltype(plain_number(x))>(plain_number(b))) - number);
}
/// x = result 2^exponent, with a result in [1/2, 1).
template <OneNumber X>
auto frexp(const X& x, int* exponent) {
  std::frexp(plain_number(x), exponent);
  return ldexp(x, -*exponent);
}

// Questions about the number.
template <OneNumber X> bool isnan(const X& x) { return std::isnan(plain_number(x)); }
template <OneNumber X> bool isinf(const X& x) { return std::isinf(plain_number(x)); }
template <OneNumber X> bool isfinite(const X& x) { return std::isfinite(plain_number(x)); }
template <OneNumber X> bool isnormal(const X& x) { return std::isnormal(plain_number(x)); }
template <OneNumber X> bool signbit(const X& x) { return std::signbit(plain_number(x)); }
template <OneNumber X> int fpclassify(const X& x) { return std::fpclassify(plain_number(x)); }
template <OneNumber X> int ilogb(const X& x) { return std::ilogb(plain_number(x)); }
template <OneNumber X> long lround(const X& x) { return std::lround(plain_number(x)); }
template <OneNumber X> long lrint(const X& x) { return std::lrint(plain_number(x)); }
template <OneNumber X> long long llround(const X& x) { return std::llround(plain_number(x)); }
template <OneNumber X> long long llrint(const X& x) { return std::llrint(plain_number(x)); }

// Of registers in fuse: for each lane.
template <DualOfRegisters X> auto isnan(const X& x) { return isnan(x.value); }
template <DualOfRegisters X> auto isinf(const X& x) { return isinf(x.value); }
template <DualOfRegisters X> auto isfinite(const X& x) { return isfinite(x.value); }

// Comparisons that are false for a NaN, and raise nothing.
template <class A, class B>
  requires OneNumberPair<A, B>
bool isgreater(const A& a, const B& b) { return std::isgreater(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires OneNumberPair<A, B>
bool isgreaterequal(const A& a, const B& b) { return std::isgreaterequal(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires OneNumberPair<A, B>
bool isless(const A& a, const B& b) { return std::isless(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires OneNumberPair<A, B>
bool islessequal(const A& a, const B& b) { return std::islessequal(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires OneNumberPair<A, B>
bool islessgreater(const A& a, const B& b) { return std::islessgreater(plain_number(a), plain_number(b)); }
template <class A, class B>
  requires OneNumberPair<A, B>
bool isunordered(const A& a, const B& b) { return std::isunordered(plain_number(a), plain_number(b)); }

}  // namespace tapegrad
