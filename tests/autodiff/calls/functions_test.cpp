// Every function of the catalogue, called by its name with everything that holds a number: what comes back is of the
// same kind and has the value that the function has of a double. A mask is no number.
#include "called_functions.h"
#include "operands.h"

#include <doctest/doctest.h>

using namespace tapegrad;
using namespace operands;

namespace {

// What a function must give for an X.
template <class X, class Y>
constexpr bool same_kind() {
  if constexpr (IsTensor<X>) return std::is_same_v<Y, Tensor<element_type<X>>>;
  else if constexpr (AnyScalar<X>)
    return AnyScalar<Y> && std::is_same_v<typename Y::value_type, typename X::value_type>;
  else if constexpr (std::is_same_v<X, int>)
    return std::is_same_v<Y, double> || std::is_same_v<Y, int>;  // int: std::abs
  else return std::is_same_v<Y, X>;
}

template <class F, class X>
void check_call(F f, const X& x) {
  static_assert(std::invocable<F, const X&>);
  using Y = std::invoke_result_t<F, const X&>;
  static_assert(same_kind<X, Y>());
  constexpr bool in_float =
      std::is_same_v<X, float> || std::is_same_v<X, Tensor<float>> || std::is_same_v<X, Scalar<float>>;
  const double found = number_of(f(x)), expected = static_cast<double>(f(number_of(x)));
  INFO(found, " and ", expected);
  CHECK(same<std::conditional_t<in_float, float, double>>(found, expected));
}

template <class... F, class Check>
void for_each_function(Types<F...>, Check check) {
  (check(F()), ...);
}

}  // namespace

TEST_CASE(
    "every function of the catalogue takes tensors, parameters, scalars, formulas, duals, registers and numbers") {
  for_each_function(called::Functions(), [](auto f) {
    CAPTURE(f.name);
    for (const double number : {0.625, 2.0}) {
      check_call(f, Tensor<double>(number));
      check_call(f, Tensor<float>(number));
      check_call(f, nn::Parameter<double>(Tensor<double>(number)));
      check_call(f, Scalar<double>(number));
      check_call(f, Scalar<float>(number));
      check_call(f, formula(number));
      check_call(f, Dual<double>(number));
      check_call(f, Dual<Dual<double>>(number));
      check_call(f, Scalar<Dual<double>>(number));
      check_call(f, Dual<Lanes<double>>(number));
      check_call(f, number);
      check_call(f, static_cast<float>(number));
      check_call(f, static_cast<int>(number));
    }
  });
}

TEST_CASE("a function of the catalogue that xtensor has is its for an array, and no function takes a mask") {
  std::size_t of_arrays = 0;
  for_each_function(called::Functions(), [&](auto f) {
    using F = decltype(f);
    CAPTURE(f.name);
    static_assert(!std::invocable<F, const Mask&> && !std::invocable<F, const Indices&>);
    if constexpr (std::invocable<F, const xt::xarray<double>&>) {
      ++of_arrays;
      CHECK(same<double>(number_of(f(array(0.625))), f(0.625)));
    }
  });
  CHECK(of_arrays > 25);
}
