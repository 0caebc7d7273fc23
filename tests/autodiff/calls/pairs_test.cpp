// Every function of two arguments, called by its name with every two things that go together, in both orders.
#include "called_functions.h"
#include "operands.h"

#include <doctest/doctest.h>

using namespace tapegrad;
using namespace operands;

namespace {

template <class X>
inline constexpr bool is_float = std::is_same_v<X, Tensor<float>> || std::is_same_v<X, Scalar<float>>;

template <class F, class A, class B>
void check_call(F f, const A& a, const B& b) {
  static_assert(std::invocable<F, const A&, const B&>);
  using Y = std::invoke_result_t<F, const A&, const B&>;
  if constexpr (IsTensor<A>) static_assert(std::is_same_v<Y, Tensor<element_type<A>>>);
  else if constexpr (IsTensor<B>) static_assert(std::is_same_v<Y, Tensor<element_type<B>>>);
  else if constexpr (AnyScalar<A> || AnyScalar<B>) static_assert(AnyScalar<Y>);
  else if constexpr (is_dual<A>) static_assert(std::is_same_v<Y, A>);
  else static_assert(std::is_same_v<Y, B>);
  constexpr bool in_float = is_float<A> || is_float<B>;
  const double found = number_of(f(a, b)), expected = f(number_of(a), number_of(b));
  INFO(found, " and ", expected);
  CHECK(same<std::conditional_t<in_float, float, double>>(found, expected));
}
template <class F, class A, class B>
void check_both_orders(F f, const A& a, const B& b) {
  check_call(f, a, b);
  check_call(f, b, a);
}

template <class... F, class Check>
void for_each_function(Types<F...>, Check check) {
  (check(F()), ...);
}

const auto numbers = std::tuple(2, 1.5f, 0.75, 3l, true);
const auto tensors = std::tuple(Tensor<double>(1.25), nn::Parameter<double>(Tensor<double>(2.5)));
const auto some_scalars = std::tuple(Scalar<double>(0.5), formula(1.75));

}  // namespace

TEST_CASE("every function of two arguments takes a plain number on either side") {
  for_each_function(called::Pairs(), [](auto f) {
    CAPTURE(f.name);
    for_each_pair(tensors, numbers, [&](const auto& a, const auto& b) { check_both_orders(f, a, b); });
    for_each_pair(some_scalars, numbers, [&](const auto& a, const auto& b) { check_both_orders(f, a, b); });
    const auto others = std::tuple(Dual<double>(1.25), Dual<Dual<double>>(1.25), Scalar<Dual<double>>(1.25),
                                   Dual<Lanes<double>>(1.25), Tensor<float>(1.25), Scalar<float>(1.25f));
    for_each_pair(others, numbers, [&](const auto& a, const auto& b) { check_both_orders(f, a, b); });
  });
}

TEST_CASE("every function of two arguments takes a tensor beside tensors, parameters, arrays of xtensor and scalars") {
  for_each_function(called::Pairs(), [](auto f) {
    CAPTURE(f.name);
    for_each_pair(tensors, tensors, [&](const auto& a, const auto& b) { check_call(f, a, b); });
    for_each_pair(tensors, some_scalars, [&](const auto& a, const auto& b) { check_both_orders(f, a, b); });
    const auto arrays = std::tuple(array(0.75), integers(2), array(0.75) * 2.0);
    for_each_pair(tensors, arrays, [&](const auto& a, const auto& b) { check_both_orders(f, a, b); });
  });
}

TEST_CASE("every function of two arguments takes scalars, formulas and duals of one type") {
  for_each_function(called::Pairs(), [](auto f) {
    CAPTURE(f.name);
    for_each_pair(some_scalars, some_scalars, [&](const auto& a, const auto& b) { check_call(f, a, b); });
    check_call(f, Dual<double>(1.25), Dual<double>(0.5));
    check_call(f, Dual<Lanes<double>>(1.25), Dual<Lanes<double>>(0.5));
    check_both_orders(f, Scalar<Dual<double>>(1.25), Dual<double>(0.5));
  });
}

TEST_CASE("arguments that may be written to are taken as those that may not") {
  Tensor<double> x(1.25);
  nn::Parameter<double> w(x);
  xt::xarray<double> q{0.75};
  Scalar<double> s(0.5);
  for_each_function(called::Pairs(), [&](auto f) {
    CAPTURE(f.name);
    check_both_orders(f, x, q);
    check_both_orders(f, x, s);
    check_both_orders(f, w, q);
  });
  CHECK(pow(q, x).item() == std::pow(0.75, 1.25));
  CHECK(pow(x, q).item() == std::pow(1.25, 0.75));
  CHECK(maximum(q, w).item() == 1.25);
  CHECK(where(q > 1.0, x, q).item() == 0.75);
  CHECK(where(x > 1.0, q, x).item() == 0.75);
  CHECK(where(x > 1.0, s, x).item() == 0.5);
}

TEST_CASE("three arguments: fma, hypot and lerp of tensors, scalars, duals and numbers") {
  const auto one = [](const auto& a) {
    CHECK(number_of(fma(a, a, 1.0)) == 5);
    CHECK(number_of(fma(2, a, a)) == 6);
    CHECK(number_of(hypot(a, 1, a)) == 3);
    CHECK(number_of(lerp(a, 4.0, 0.5)) == 3);
  };
  one(Tensor<double>(2.0));
  one(nn::Parameter<double>(Tensor<double>(2.0)));
  one(Scalar<double>(2.0));
  one(formula(2.0));
  one(Dual<double>(2.0));
  one(Dual<Lanes<double>>(2.0));
}

TEST_CASE("maximum, minimum, clip and where of scalars choose as those of tensors, with the same derivatives") {
  for (const double p : {-1.0, 0.5, 2.0, 3.0}) {
    const auto f = [](const auto& x) {
      return maximum(x * x, 2.0) + 3.0 * minimum(2, x) + clip(x, -0.5, 2.0) * x + max(x, 0.5) - min(x, x * x);
    };
    const Tensor<double> t = variable(Tensor<double>(p));
    Tape tape;
    const Scalar<double> s = variable(p);
    const Tensor<double> in_tensors = f(t);
    const Scalar<double> in_scalars = f(s);
    const Dual<double> in_duals = f(Dual<double>::input(p));
    CAPTURE(p);
    CHECK(in_scalars.value() == in_tensors.item());
    CHECK(in_duals.value == in_tensors.item());
    const double of_tensors = tape.backward(in_tensors, {.keep = true})[t].item();
    CHECK(in_duals.along() == of_tensors);
    CHECK(tape.backward(in_scalars)[s] == of_tensors);
  }
}

TEST_CASE("where of scalars makes a statement of the chosen side only") {
  Tape tape;
  const Scalar<double> x = variable(-1.0);
  const Scalar<double> y = where(x > 0, sqrt(x), 2.0 * x);
  CHECK(y.value() == -2);
  CHECK(tape.backward(y)[x] == 2);
  CHECK(where(x > 0, 1, 2.5) == 2.5);
}
