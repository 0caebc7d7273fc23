// What programs hand to a function: one number in everything that holds one.
#pragma once
#include <cmath>
#include <functional>
#include <tuple>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/nn/module/parameter.h>

namespace operands {
using namespace tapegrad;

// A formula of the number.
inline auto formula(double number) { return Scalar<double>(number) * Scalar<double>(1.0); }
inline xt::xarray<double> array(double number) { return {number}; }
inline xt::xarray<int> integers(int number) { return {number}; }

// The number in what a function gave.
template <class X>
double number_of(const X& x) {
  if constexpr (std::is_arithmetic_v<X>) return static_cast<double>(x);
  else if constexpr (IsTensor<X>) return static_cast<double>(x.item());
  else if constexpr (XtensorExpression<X>) return static_cast<double>(*x.begin());
  else if constexpr (AnyScalar<X>) return number_of(x.value());
  else if constexpr (is_dual<X>) return number_of(x.value);
  else return x.total() / static_cast<double>(X::count);  // a register of equal numbers
}

// Equal to the last digits that the type has, or NaN like the other.
template <class T>
bool same(double found, double expected) {
  if (std::isnan(expected)) return std::isnan(found);
  if (std::isinf(expected)) return found == expected;
  const double rounding = std::is_same_v<T, float> ? 1e-5 : 1e-12;
  return std::abs(found - expected) <= rounding * (1 + std::abs(expected));
}

// f(element) for each element of a tuple.
template <class Tuple, class F>
void for_each(const Tuple& tuple, F f) {
  std::apply([&](const auto&... each) { (f(each), ...); }, tuple);
}
// f(a, b) for each a of one tuple and each b of the other.
template <class A, class B, class F>
void for_each_pair(const A& left, const B& right, F f) {
  for_each(left, [&](const auto& a) { for_each(right, [&](const auto& b) { f(a, b); }); });
}

}  // namespace operands
