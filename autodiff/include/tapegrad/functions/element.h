// What the structs of the catalogue are written with: their domain, what they keep, and the functions of one plain
// number that <cmath> lacks.
#pragma once
#include <cmath>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "tapegrad/engine/op_traits.h"
#include "tapegrad/functions/formula.h"
#include "tapegrad/functions/number.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad {

/// Where an op's test samples lie; kinks are kept `margin` away from 0.
struct Domain {
  double low, high;
  double margin = 0;
};

/// What a rule needs of the forward pass: only that is kept on the tape.
enum class Keeps { nothing, input, output };

/// A list of types, to be folded over.
template <class... Each>
struct Types {
  static constexpr std::size_t size = sizeof...(Each);
};
template <class... Lists>
struct JoinedTypes;
template <class... A>
struct JoinedTypes<Types<A...>> {
  using type = Types<A...>;
};
template <class... A, class... B, class... Rest>
struct JoinedTypes<Types<A...>, Types<B...>, Rest...> : JoinedTypes<Types<A..., B...>, Rest...> {};
/// Several lists as one.
template <class... Lists>
using Join = typename JoinedTypes<Lists...>::type;

// What formulas choose by, for plain numbers; registers, scalars, dual numbers and tensors have their own.
template <class N>
concept PlainNumber = std::is_arithmetic_v<N>;
/// The type of numbers that are chosen between: float if both are floats, else double.
template <PlainNumber A, PlainNumber B>
using chosen_type = std::conditional_t<std::same_as<A, float> && std::same_as<B, float>, float, double>;
template <PlainNumber A, PlainNumber B>
chosen_type<A, B> where(std::same_as<bool> auto chosen, A a, B b) {
  using T = chosen_type<A, B>;
  return chosen ? static_cast<T>(a) : static_cast<T>(b);
}
template <Real T> T clip(T x, double low, double high) { return x < T(low) ? T(low) : x > T(high) ? T(high) : x; }
/// The larger of the two, NaN if either is one.
template <PlainNumber A, PlainNumber B>
chosen_type<A, B> maximum(A a, B b) {
  using T = chosen_type<A, B>;
  const T p = static_cast<T>(a), q = static_cast<T>(b);
  return q == q && !(q > p) ? p : q;
}
template <PlainNumber A, PlainNumber B>
chosen_type<A, B> minimum(A a, B b) {
  using T = chosen_type<A, B>;
  const T p = static_cast<T>(a), q = static_cast<T>(b);
  return q == q && !(q < p) ? p : q;
}

namespace elementwise {

/// Here e^-|x| is 0 in double, and so is what it is multiplied by. Derivatives are evaluated no further out, where
/// infinity times 0 would be a NaN.
inline constexpr double far = 800;
template <class V>
struct NumberIn : std::type_identity<V> {};
template <class V>
  requires requires { typename V::value_type; }
struct NumberIn<V> : std::type_identity<typename V::value_type> {};
/// Here a square is infinite, and what is divided by it 0: evaluated no further out, for the same reason.
template <class V>
inline constexpr double beyond_squares = std::is_same_v<typename NumberIn<real_of<V>>::type, float> ? 1e30 : 1e200;

/// Whether f chooses: where its derivative is exactly 0, nothing of its argument was taken, and so nothing flows, not
/// even of an infinity or a NaN.
template <class F>
inline constexpr bool cuts = requires { requires F::cuts; };

/// Whether the derivative of f is a number wherever its value is one, and at infinities of f's domain: then 0 times it
/// is 0 without a look.
template <class F>
inline constexpr bool bounded_slope = requires { requires F::bounded_slope; };

/// What a tape says of a function of elements, from what its struct declares.
template <class F>
constexpr engine::OpTraits traits_of() {
  engine::OpTraits traits{.name = F::name, .depends = engine::Depends::by_element, .formula = F::formula};
  if constexpr (requires { F::vanishes; }) traits.vanishes = F::vanishes;
  if constexpr (requires { F::saturates; }) traits.saturates = F::saturates;
  traits.cuts = cuts<F>;
  traits.choices = engine::Choices::remade;  // comparisons of tensors
  return traits;
}

/// y = f(x) for a plain number, lane by lane for a register of them. The way of functions that registers lack, or have
/// in a form that is less than accurate.
template <class F, class V>
V each(const F& f, const V& x) {
  if constexpr (Real<V>) return static_cast<V>(f(x));
  else return x.each(f);
}
template <class F, class V>
V each(const F& f, const V& a, const V& b) {
  if constexpr (Real<V>) return static_cast<V>(f(a, b));
  else return a.each(f, b);
}

}  // namespace elementwise
}  // namespace tapegrad
