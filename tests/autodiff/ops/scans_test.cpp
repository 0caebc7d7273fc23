// Scans where rows of tests do not go: long lines, infinities and NaNs, equal extremes, errors.
#include "same_bits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity(), no_number = std::numeric_limits<double>::quiet_NaN();

// Equal, where a NaN is equal to a NaN.
void same(const Tensor<double>& x, const std::vector<double>& expected) {
  REQUIRE(x.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("element ", i);
    if (std::isnan(expected[i])) CHECK(std::isnan(x.data()[i]));
    else CHECK(x.data()[i] == expected[i]);
  }
}
template <Real T>
Tensor<T> numbers(const Shape& shape) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(i * 2654435761u % 1000u) / T(1000);
  return x;
}
}  // namespace

TEST_CASE("scans along any axis, forwards and backwards, and of all elements") {
  const Tensor<double> x = xt::xarray<double>{{1, 2, 3}, {4, 0, -2}};
  same(cumsum(x, 0), {1, 2, 3, 5, 2, 1});
  same(cumsum(x, -1), {1, 3, 6, 4, 4, 2});
  same(cumsum(x, 1, {.reverse = true}), {6, 5, 3, 2, -2, -2});
  same(cumsum(x), {1, 3, 6, 10, 10, 8});
  CHECK(cumsum(x).shape() == Shape{6});
  same(cumsum(Tensor<double>(5.)), {5});
  same(cumprod(x, 0, {.reverse = true}), {4, 0, -6, 4, 0, -2});
  same(cummax(x), {1, 2, 3, 4, 4, 4});
  same(cummin(x, 1), {1, 1, 1, 4, 0, -2});
  same(linear_recurrence(Tensor<double>(0.5), x, -1), {1, 2.5, 4.25, 4, 2, -1});
  same(linear_recurrence(x, Tensor<double>(1.), -1, {.reverse = true}), {4, 3, 1, 5, 1, 1});
  CHECK(cumsum(Tensor<double>::full({2, 0, 3}, 1), 1).shape() == Shape{2, 0, 3});
  CHECK(logcumsumexp(Tensor<double>::full({0}, 1), 0).size() == 0);
}

TEST_CASE("infinities and NaNs in scans") {
  const Tensor<double> x = xt::xarray<double>{-infinity, 1, no_number, 3};
  same(cummax(x, 0), {-infinity, 1, no_number, no_number});
  same(cummin(x, 0), {-infinity, -infinity, no_number, no_number});
  const Tensor<double> y = xt::xarray<double>{-infinity, -infinity, 0, infinity, 5};
  same(logcumsumexp(y, 0), {-infinity, -infinity, 0, infinity, infinity});
  CHECK(std::isnan(logcumsumexp(x, 0).data()[3]));
  const Tensor<double> start = xt::xarray<double>{-infinity, -infinity, 0, 0};
  const Tensor<double> g = grad([](const Tensor<double>& v) { return sum(logcumsumexp(v, 0)); })(start);
  same(g, {0, 0, 1.5, 0.5});
  const Tensor<double> forgets = xt::xarray<double>{2, 2, 0, 2};
  same(linear_recurrence(forgets, Tensor<double>(xt::xarray<double>{1, infinity, 1, 1}), 0), {1, infinity, 1, 3});
}

TEST_CASE("of equal extremes the last has the gradient") {
  const Tensor<double> x = xt::xarray<double>{2, 2, 1, 2, 0};
  const Tensor<double> seed = xt::xarray<double>{1, 10, 100, 1000, 10000};
  const Tensor<double> g = grad([&](const Tensor<double>& v) { return sum(seed * cummax(v, 0)); })(x);
  same(g, {1, 110, 0, 11000, 0});
}

TEST_CASE("nothing of what was not the extreme comes back, be it infinite") {
  const Tensor<double> x = xt::xarray<double>{1, 0, 4};
  const Tensor<double> g = grad([](const Tensor<double>& v) { return sum(cummax(sqrt(v), 0)); })(x);
  same(g, {1, 0, 0.25});
}

TEST_CASE_TEMPLATE("long sums keep their digits", T, float, double) {
  const std::size_t count = 3'000'000;
  const Tensor<T> x = Tensor<T>::full({count}, T(0.1)), y = cumsum(x, 0);
  double worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const long double exact = static_cast<long double>(T(0.1)) * static_cast<long double>(i + 1);
    worst = std::max(worst, std::abs(double((static_cast<long double>(y.data()[i]) - exact) / exact)));
  }
  CHECK(worst < (sizeof(T) == 4 ? 1e-7 : 1e-12));
}

TEST_CASE_TEMPLATE("long rows and columns are cut the same way for every number of threads", T, float, double) {
  const Tensor<T> columns = numbers<T>({4099, 300}), rows = numbers<T>({2, 70001});
  for (const bool reverse : {false, true}) {
    INFO("reverse ", reverse);
    same_for_every_count([&] {
      std::string bits;
      append(bits, cumsum(columns, 0, {reverse}));
      append(bits, cummax(columns, 0, {reverse}));
      append(bits, cumsum(rows, 1, {reverse}));
      append(bits, cummin(rows, 1, {reverse}));
      append(bits, logcumsumexp(columns, 0, {reverse}));
      return bits;
    });
  }
  const Tensor<T> down = cumsum(columns, 0), right = cumsum(rows, 1, {.reverse = true});
  double sum = 0;
  for (std::size_t i = 0; i < 4099; ++i) {
    sum += double(columns.data()[i * 300 + 7]);
    CHECK(double(down.data()[i * 300 + 7]) == doctest::Approx(sum).epsilon(1e-6));
  }
  sum = 0;
  for (std::size_t i = 70001; i-- > 0;) {
    sum += double(rows.data()[70001 + i]);
    REQUIRE(double(right.data()[70001 + i]) == doctest::Approx(sum).epsilon(1e-6));
  }
}

TEST_CASE("a zero stays in a running product, whatever comes after it in a long line") {
  Tensor<float> x = Tensor<float>::full({200000}, 1e30f);
  x.mutable_data()[0] = 0;
  const Tensor<float> zeros = cumprod(x, 0);
  CHECK(std::all_of(zeros.data(), zeros.data() + zeros.size(), [](float product) { return product == 0; }));
}

TEST_CASE("scans name what is wrong") {
  const Tensor<double> x = xt::ones<double>({2, 3});
  CHECK_THROWS_WITH_AS(cumsum(x, 2), Contains("cumsum: axis 2 does not exist in shape (2, 3) [scans_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cumprod(x, -3), Contains("cumprod: axis -3 does not exist in shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(cummax(Tensor<double>(1.), 0), Contains("cummax: axis 0 does not exist in shape ()"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cummin(x, 5), Contains("cummin: axis 5 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(logcumsumexp(x, 5), Contains("logcumsumexp: axis 5 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(linear_recurrence(x, Tensor<double>(xt::ones<double>({2})), 0),
                       Contains("linear_recurrence: shapes (2, 3) and (2,)"), ShapeError);
  CHECK_THROWS_WITH_AS(linear_recurrence(x, x, 2), Contains("linear_recurrence: axis 2 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(cumsum(Tensor<double>(), 0), Contains("cumsum: an input is an empty tensor"), ShapeError);
}
