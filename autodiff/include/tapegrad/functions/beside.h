// What may stand beside a tensor, in arithmetic, comparisons and functions of two arguments: plain numbers, xtensor
// expressions and scalars. What may not is refused in words.
#pragma once
#include <concepts>
#include <type_traits>
#include <utility>

#include "tapegrad/scalars/expression.h"
#include "tapegrad/tensor/indices.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

template <class X>
inline constexpr bool is_choice = false;
template <class V>
inline constexpr bool is_choice<Choice<V>> = true;

/// What no conversion makes an operand of: an xtensor expression, a scalar, a formula of scalars; and a mask, indices
/// and a dual number, which are refused.
template <class X>
concept BesideTensor = XtensorExpression<X> || AnyScalar<std::remove_cvref_t<X>> || is_dual<std::remove_cvref_t<X>> ||
                       is_choice<std::remove_cvref_t<X>>;
/// The type of a tensor's elements.
template <IsTensor X>
using element_type = typename std::remove_cvref_t<X>::value_type;

/// Tensors of float and of double.
template <class A, class B>
concept MixedTensors = IsTensor<A> && IsTensor<B> && !std::same_as<element_type<A>, element_type<B>>;
/// A tensor and what is no plain number and no tensor of its type.
template <class A, class B>
concept TensorAndOther = (IsTensor<A> && BesideTensor<B>) || (BesideTensor<A> && IsTensor<B>) || MixedTensors<A, B>;
/// A tensor and a plain number.
template <class A, class B>
concept TensorAndNumber = (IsTensor<A> && std::is_arithmetic_v<std::remove_cvref_t<B>>) ||
                          (std::is_arithmetic_v<std::remove_cvref_t<A>> && IsTensor<B>);
/// Two tensors of one type, or one and a plain number.
template <class A, class B>
concept TensorPair = TensorAndNumber<A, B> || (IsTensor<A> && IsTensor<B> && !MixedTensors<A, B>);

/// The type of the elements of the first tensor of the two.
template <class A, class B>
struct ElementTypeOf {
  using type = element_type<B>;
};
template <IsTensor A, class B>
struct ElementTypeOf<A, B> {
  using type = element_type<A>;
};
template <class A, class B>
using element_type_of = typename ElementTypeOf<A, B>::type;

/// x as an operand beside a Tensor<T>: a tensor as it is, a plain number and a scalar as one of shape (), an xtensor
/// expression evaluated, in T where its elements are integers. Float and double do not mix.
template <Real T, class X>
decltype(auto) beside(const X& x) {
  if constexpr (std::derived_from<X, Tensor<T>>) {
    return static_cast<const Tensor<T>&>(x);
  } else if constexpr (std::is_arithmetic_v<X>) {
    return Tensor<T>(static_cast<T>(x));
  } else if constexpr (IsTensor<X>) {
    static_assert(std::same_as<element_type<X>, T>, "float and double do not mix: write cast<double>(x) for the tensor "
                                                    "of float, or cast<float>(y) for that of double");
  } else if constexpr (AnyScalar<X>) {
    static_assert(
        std::same_as<typename X::value_type, T>,
        "a scalar beside a tensor must be of the tensor's type: cast the tensor, cast<double>(x), or take the "
        "number in the scalar, s.value()");
    return tensor(x);
  } else if constexpr (is_dual<X>) {
    static_assert(!is_dual<X>,
                  "a dual number is no element of a tensor: forward mode of tensors is jvp(f, x, tangent), "
                  "and the number in a dual is d.value");
  } else if constexpr (is_choice<X>) {
    static_assert(!is_choice<X>, "a mask or indices are no numbers: write where(mask, a, b), or cast<double>(mask) for "
                                 "1 and 0");
  } else {
    using Number = typename X::value_type;
    if constexpr (AnyScalar<Number>) {
      return tensor(x);
    } else if constexpr (std::integral<Number>) {
      return Tensor<T>(xt::cast<T>(x));
    } else {
      static_assert(std::same_as<Number, T>, "float and double do not mix: write xt::cast<double>(array), or "
                                             "xt::cast<float>(array), for the array of xtensor");
      return Tensor<T>(x);
    }
  }
}

}  // namespace tapegrad
