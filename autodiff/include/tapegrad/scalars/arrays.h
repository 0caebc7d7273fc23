// Arrays of scalars: xtensor's containers with a Scalar as their element, and their bridges to tensors.
//
// xtensor's arithmetic, functions, views and choices work on them: `xt::xarray<Scalar<double>> y = a * b + 1.0;`,
// `xt::sin(a)`, `xt::where(a > b, a, b)`. Each element of a result is a statement. xt::sum does not compile, since it
// would keep formulas in variables: say `xt::reduce(plus_scalars, a)()` and `xt::reduce(plus_scalars, a, {0})`.
// Whole arrays are much faster as tensors; this is for code that is written for any type of element.
#pragma once
#include <vector>

#include "tapegrad/scalars/scalar.h"

namespace tapegrad {

/// An array or an xtensor expression of scalars.
template <class E>
concept ScalarArray = XtensorExpression<E> && AnyScalar<typename std::remove_cvref_t<E>::value_type>;

/// A tensor as an array of scalars of its shape: one entry on the tape, whatever the size is.
template <Real T>
xt::xarray<Scalar<T>> scalar_array(const Tensor<T>& x, CallSite site = CallSite::current()) {
  const std::vector<Scalar<T>> all = scalars(x, site);
  auto result = xt::xarray<Scalar<T>>::from_shape(x.shape().vector());
  std::copy(all.begin(), all.end(), result.begin());
  return result;
}

/// An array of scalars, or an expression of such arrays, as a tensor of its shape: one entry on the tape.
template <ScalarArray E>
auto tensor(const E& expression, CallSite site = CallSite::current()) {
  using T = typename E::value_type::value_type;
  const std::vector<Scalar<T>> all(expression.template begin<xt::layout_type::row_major>(),
                                   expression.template end<xt::layout_type::row_major>());
  const std::vector<std::size_t> shape(expression.shape().begin(), expression.shape().end());
  return tensor(std::span<const Scalar<T>>(all), Shape(shape), site);
}

/// The sum of two scalars, or of a number and a scalar, as a scalar: for xt::reduce.
struct PlusScalars {
  template <class A, class B>
    requires ScalarPair<A, B>
  Scalar<typename ScalarTypeOf<A, B>::type> operator()(const A& a, const B& b) const {
    return a + b;
  }
};
inline constexpr PlusScalars plus_scalars;

}  // namespace tapegrad

/// So that xtensor chooses between scalars as between numbers: in where, maximum, amax, clip.
template <tapegrad::ScalarNumber T>
struct xtl::is_scalar<tapegrad::Scalar<T>> : std::true_type {};
