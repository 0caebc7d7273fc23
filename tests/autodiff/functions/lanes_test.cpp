#include <doctest/doctest.h>

#include <limits>
#include <type_traits>

#include "tapegrad/functions/lanes.h"

using namespace tapegrad;

// On AVX-512, xsimd's masks are integers that convert to bool. A formula that used one so would compile there only. As
// a bool ours is refused in words: compile_fail/fuse_mask_as_bool.cpp.
template <class M>
constexpr bool is_no_number = !std::is_constructible_v<int, M> && !std::is_constructible_v<double, M> &&
                              !std::is_constructible_v<M, bool> && !std::is_constructible_v<M, int>;
static_assert(is_no_number<Lanes<float>::Mask> && is_no_number<Lanes<double>::Mask>);

TEST_CASE_TEMPLATE("masks of lanes choose, and combine, lane by lane", T, float, double) {
  constexpr std::size_t count = Lanes<T>::count;
  alignas(64) T x[count], chosen[count];
  for (std::size_t i = 0; i < count; ++i) x[i] = T(i);
  const auto lanes = Lanes<T>::load(x);
  const auto low = lanes < T(2), odd = lanes == T(1) || lanes == T(3);
  const auto check = [&](const typename Lanes<T>::Mask& mask, auto expected) {
    where(mask, T(1), lanes + T(10)).store(chosen);
    for (std::size_t i = 0; i < count; ++i) CHECK(chosen[i] == (expected(i) ? T(1) : x[i] + 10));
  };
  check(low, [](std::size_t i) { return i < 2; });
  check(lanes >= T(1), [](std::size_t i) { return i >= 1; });
  check(lanes > T(1) && lanes <= T(3), [](std::size_t i) { return i > 1 && i <= 3; });
  check(odd, [](std::size_t i) { return i == 1 || i == 3; });
  check(!odd, [](std::size_t i) { return i != 1 && i != 3; });
  check(low && !odd, [](std::size_t i) { return i == 0; });
  check(low ^ odd, [](std::size_t i) { return i == 0 || i == 3; });
  check(low != odd, [](std::size_t i) { return i == 0 || i == 3; });
  check(low == odd, [](std::size_t i) { return i != 0 && i != 3; });
}

TEST_CASE("a NaN in a register is unequal to all, itself included") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const tapegrad::Lanes<double> x(nan), one(1.0), zero(0.0);
  CHECK(where(x != x, one, zero).total() == where(one == one, one, zero).total());
  CHECK(where(isnan(x), one, zero).total() == where(one == one, one, zero).total());
  CHECK(where(x == x, one, zero).total() == 0);
  CHECK(where(isnan(one), one, zero).total() == 0);
  CHECK(where(isfinite(x), one, zero).total() == 0);
  CHECK(where(isinf(x), one, zero).total() == 0);
}
