// The operators between every two things that go together: comparisons, which give a mask for tensors and a bool for
// numbers, arithmetic, and what changes its left side.
#include "operands.h"

#include <doctest/doctest.h>

#include <limits>

using namespace tapegrad;
using namespace operands;

namespace {

const auto numbers = std::tuple(2, 1.5f, 1.25, -1l);
const auto tensors = std::tuple(Tensor<double>(1.25), nn::Parameter<double>(Tensor<double>(2.5)));
const auto some_scalars = std::tuple(Scalar<double>(1.25), formula(1.5));
const auto arrays = std::tuple(array(1.25), integers(2), array(0.75) * 2.0);

bool answer(bool one) { return one; }
bool answer(const Mask& mask) {
  CHECK(all(mask) == any(mask));
  return all(mask);
}

template <class A, class B>
void check_comparisons(const A& a, const B& b) {
  constexpr bool of_tensors = IsTensor<A> || IsTensor<B>;
  static_assert(std::is_same_v<decltype(a == b), std::conditional_t<of_tensors, Mask, bool>>);
  const double p = number_of(a), q = number_of(b);
  CHECK(answer(a == b) == (p == q));
  CHECK(answer(a != b) == (p != q));
  CHECK(answer(a < b) == (p < q));
  CHECK(answer(a <= b) == (p <= q));
  CHECK(answer(a > b) == (p > q));
  CHECK(answer(a >= b) == (p >= q));
}
template <class A, class B>
void check_arithmetic(const A& a, const B& b) {
  const double p = number_of(a), q = number_of(b);
  CHECK(number_of(a + b) == p + q);
  CHECK(number_of(a - b) == p - q);
  CHECK(number_of(a * b) == p * q);
  CHECK(same<double>(number_of(a / b), p / q));
}
// x += b and its kin for x, which begins at 3.
template <class X, class B>
void check_in_place(X x, const B& b) {
  const double q = number_of(b);
  const X before = x;
  x += b;
  CHECK(number_of(x) == 3 + q);
  x -= b;
  CHECK(same<double>(number_of(x), 3));
  x *= b;
  CHECK(same<double>(number_of(x), 3 * q));
  x /= b;
  CHECK(same<double>(number_of(x), 3));
  CHECK(number_of(before) == 3);
}

}  // namespace

TEST_CASE("comparisons and arithmetic of tensors with numbers, tensors, parameters, arrays of xtensor and scalars") {
  const auto check = [](const auto& a, const auto& b) {
    check_comparisons(a, b);
    check_comparisons(b, a);
    check_arithmetic(a, b);
    check_arithmetic(b, a);
  };
  for_each_pair(tensors, numbers, check);
  for_each_pair(tensors, tensors, check);
  for_each_pair(tensors, arrays, check);
  for_each_pair(tensors, some_scalars, check);
}

TEST_CASE("comparisons and arithmetic of scalars, formulas and duals with numbers and each other") {
  const auto check = [](const auto& a, const auto& b) {
    check_comparisons(a, b);
    check_comparisons(b, a);
    check_arithmetic(a, b);
    check_arithmetic(b, a);
  };
  for_each_pair(some_scalars, numbers, check);
  for_each_pair(some_scalars, some_scalars, check);
  const auto duals = std::tuple(Dual<double>(1.25), Dual<double>(2));
  for_each_pair(duals, numbers, check);
  for_each_pair(duals, duals, check);
}

TEST_CASE("arrays that may be written to: ours win against xtensor's operators") {
  Tensor<double> x(1.25);
  xt::xarray<double> q{1.5};
  CHECK(all(x < q));
  CHECK(all(q > x));
  CHECK(!any(q == x));
  CHECK(all(q != x));
  CHECK((q - x).item() == 0.25);
}

TEST_CASE("+= -= *= /= take what + - * / take, and leave other handles as they were") {
  const auto right = std::tuple_cat(numbers, tensors, arrays, some_scalars);
  for_each(right, [](const auto& b) { check_in_place(Tensor<double>(3.0), b); });
  const auto of_scalars = std::tuple_cat(numbers, some_scalars);
  for_each(of_scalars, [](const auto& b) { check_in_place(Scalar<double>(3.0), b); });
  for_each(numbers, [](const auto& b) { check_in_place(Dual<double>(3.0), b); });
  check_in_place(Dual<double>(3.0), Dual<double>(2.0));
}

TEST_CASE("gradients flow through a scalar beside a tensor, and through what was changed in place") {
  const Tensor<double> x = variable(Tensor<double>{1, 2, 3});
  Tape tape;
  const Scalar<double> s = variable(2.0);
  Tensor<double> y = x * s;
  y += s * s;
  y -= xt::xarray<double>{1, 1, 1};
  y /= s;
  const Gradients g = tape.backward(sum(y));
  CHECK(all(y == Tensor<double>{2.5, 3.5, 4.5}));
  CHECK(all(g[x] == 1));
  CHECK(g[s] == doctest::Approx(3 + 0.75));  // y = x + s - 1 / s
}

TEST_CASE("isnan, isinf and isfinite are masks of tensors and bools of scalars and duals") {
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (const double number : {0.0, 1.5, -infinity, infinity, nan, std::numeric_limits<double>::max()}) {
    CAPTURE(number);
    const auto check = [&](const auto& x) {
      CHECK(answer(isnan(x)) == std::isnan(number));
      CHECK(answer(isinf(x)) == std::isinf(number));
      CHECK(answer(isfinite(x)) == std::isfinite(number));
      CHECK(answer(x == x) == !std::isnan(number));
      CHECK(answer(x != x) == std::isnan(number));
    };
    check(Tensor<double>(number));
    check(Tensor<float>(static_cast<float>(number == std::numeric_limits<double>::max() ? 1 : number)));
    check(nn::Parameter<double>(Tensor<double>(number)));
    check(Scalar<double>(number));
    check(formula(number));
    check(Dual<double>(number));
  }
  CHECK_THROWS_WITH_AS(isnan(Tensor<double>()), doctest::Contains("isnan"), Error);
  CHECK_THROWS_WITH_AS(Tensor<double>{1} == Tensor<double>(), doctest::Contains("equal"), Error);
}

TEST_CASE("masks: all, any, & | ^ ~ and comparisons, and broadcasting in comparisons") {
  const Tensor<double> x{{1, 2}, {3, 4}};
  const Mask even = x == Tensor<double>{0, 2} || x == 4;
  CHECK(all(even == Mask(xt::xarray<bool>{{false, true}, {false, true}})));
  CHECK(all(((x > 1) & (x < 4)) == (x > 1 && x < 4)));
  CHECK(all(((x < 2) | (x > 3)) == !(x >= 2 && x <= 3)));
  CHECK(all(((x < 2) ^ (x < 4)) == (x >= 2 && x < 4)));
  CHECK(all(~(x < 2) != (x < 2)));
  CHECK(any(x == 4));
  CHECK_FALSE(any(x == 5));
  CHECK_FALSE(all(x == 4));
  CHECK(all(Tensor<double>::empty(Shape{0}) > 1));
  CHECK_FALSE(any(Tensor<double>::empty(Shape{0}) > 1));
  CHECK_THROWS_WITH_AS(x == Tensor<double>({1, 2, 3}), doctest::Contains("equal: shapes (2, 2) and (3,)"), ShapeError);
}

TEST_CASE("allclose is NumPy's") {
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor<double> x{1, 1e-9, infinity};
  CHECK(allclose(x, x));
  CHECK(allclose(x, Tensor<double>{1 + 1e-6, 0, infinity}));
  CHECK_FALSE(allclose(x, Tensor<double>{1 + 1e-4, 0, infinity}));
  CHECK(allclose(x, Tensor<double>{1 + 1e-4, 0, infinity}, 1e-3));
  CHECK_FALSE(allclose(x, Tensor<double>{1, 0, -infinity}));
  CHECK_FALSE(allclose(x, Tensor<double>{1, 0, 1e300}));
  CHECK_FALSE(allclose(Tensor<double>(1.0), infinity));
  CHECK_FALSE(allclose(Tensor<double>(nan), nan));
  CHECK(allclose(Tensor<float>(1.f), 1.0));
  CHECK(allclose(xt::xarray<double>{1, 1}, Tensor<double>(1.0)));
  CHECK_FALSE(allclose(Tensor<double>(100.0), 101.0, 0, 0.5));
  CHECK(allclose(Tensor<double>(100.0), 101.0, 0, 2.0));
}
