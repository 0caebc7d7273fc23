// How a struct of the catalogue becomes a function of everything that has elements: tensors, scalars, dual numbers (of
// registers too, inside fuse), and what they are made of.
#pragma once
#include <concepts>
#include <type_traits>

#include "tapegrad/functions/beside.h"
#include "tapegrad/functions/dual.h"
#include "tapegrad/functions/element.h"
#include "tapegrad/scalars/expression.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

template <Real T, class Arch>
struct Lanes;
template <class X>
inline constexpr bool is_lanes = false;
template <Real T, class Arch>
inline constexpr bool is_lanes<Lanes<T, Arch>> = true;

/// A scalar, a formula of scalars, or a dual number.
template <class X>
concept DifferentiableNumber = AnyScalar<X> || is_dual<X>;
/// What the functions that <cmath> has too take: a plain number goes to <cmath>, a register to its own.
template <class X>
concept Differentiable = IsTensor<X> || DifferentiableNumber<X>;
/// What functions take that <cmath> lacks: plain numbers, integers as double, and registers as well.
template <class X>
concept Element = Differentiable<X> || Real<X> || std::integral<X> || is_lanes<X>;

/// Two dual numbers of one type, or one and a plain number.
template <class A, class B>
concept DualPair = (is_dual<A> && (std::same_as<A, B> || std::is_arithmetic_v<B>)) ||
                   (is_dual<B> && std::is_arithmetic_v<A>);
/// Those and scalars; scalars that do not go together are refused in words.
template <class A, class B>
concept NumberPair = ScalarPair<A, B> || DualPair<A, B> || MixedScalars<A, B>;
template <class A, class B>
concept DifferentiablePair = NumberPair<A, B> || TensorPair<A, B>;

namespace elementwise {

/// f of every element: an op. Its kernels are compiled in the library, for the structs of the list.
template <class F, Real T>
Tensor<T> op(const F& f, const Tensor<T>& x, const CallSite& site);
/// f of every pair of elements of two tensors that broadcast: an op. Throws ShapeError when their shapes do not.
template <class F, Real T>
Tensor<T> op(const F& f, const Tensor<T>& a, const Tensor<T>& b, const CallSite& site);

/// y = f(x), for f a struct of the catalogue. Throws DomainError when f has a parameter that it cannot have.
template <class F, Element X>
[[gnu::always_inline]] inline auto apply(const F& f, const X& x, const CallSite& site = CallSite{}) {
  if constexpr (requires { f.check(site); }) f.check(site);
  if constexpr (IsTensor<X>) return op(f, x, site);
  else if constexpr (AnyScalar<X>) return apply_to_scalar(f, x);
  else if constexpr (is_dual<X>) return X::apply(f, x);
  else if constexpr (std::integral<X>) return f.value(static_cast<double>(x));
  else return f.value(x);
}
/// y = f(a, b), of which one may be a plain number.
template <class F, class A, class B>
  requires NumberPair<A, B>
[[gnu::always_inline]] inline auto apply(const F& f, const A& a, const B& b, const CallSite& = CallSite{}) {
  if constexpr (MixedScalars<A, B>) return refuse_mixture<A, B>();
  else if constexpr (ScalarPair<A, B>) return apply_to_scalars(f, a, b);
  else if constexpr (is_dual<A>) return A::apply(f, a, b);
  else return B::apply(f, a, b);
}
template <class F, class A, class B>
  requires TensorPair<A, B>
auto apply(const F& f, const A& a, const B& b, const CallSite& site = CallSite{}) {
  using T = element_type_of<A, B>;
  return op(f, beside<T>(a), beside<T>(b), site);
}
/// y = f(a, b) of plain numbers and registers.
template <class F, class V>
  requires(Real<V> || is_lanes<V>)
V apply(const F& f, const V& a, const V& b, const CallSite& = CallSite{}) {
  return f.value(a, b);
}

}  // namespace elementwise
}  // namespace tapegrad
