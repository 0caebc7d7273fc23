// Products, variances, medians, softmax and masks where rows of tests do not go: zeros, ties, infinities, nothing,
// errors.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity(), no_number = std::numeric_limits<double>::quiet_NaN();

// Equal to 1e-14, where a NaN is equal to a NaN.
void same(const Tensor<double>& x, const std::vector<double>& expected) {
  REQUIRE(x.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("element ", i);
    if (std::isnan(expected[i])) CHECK(std::isnan(x.data()[i]));
    else if (std::isinf(expected[i])) CHECK(x.data()[i] == expected[i]);
    else CHECK(x.data()[i] == doctest::Approx(expected[i]).epsilon(1e-14));
  }
}
template <class V>
std::vector<int> list(const Choice<V>& x) {
  return {x.data(), x.data() + x.size()};
}
Tensor<double> ones(const Shape& shape) { return Tensor<double>::full(shape, 1); }
}  // namespace

TEST_CASE("prod at zeros has derivatives of every order") {
  const Tensor<double> x = xt::xarray<double>{2, 0, 3, 0};
  auto f = [](const Tensor<double>& v) { return prod(v); };
  same(grad(f)(x), {0, 0, 0, 0});
  const Tensor<double> second = hessian(f)(x);
  for (std::size_t i = 0; i < 16; ++i) CHECK(second.data()[i] == (i == 7 || i == 13 ? 6 : 0));
  auto second_of = [&](const Tensor<double>& v) {
    return sum(slice(hessian(f)(v), {{1, 1, 1, true}, {3, 1, 1, true}}));  // the product of elements 0 and 2
  };
  same(jacobian(second_of)(x), {3, 0, 2, 0});
}

TEST_CASE("prod of nothing, along several axes, and huge") {
  CHECK(prod(Tensor<double>::full({0, 3}, 5)).item() == 1);
  same(prod(Tensor<double>::full({2, 0}, 5), {1}), {1, 1});
  same(prod(Tensor<double>(xt::xarray<double>{{1, 2}, {3, 4}}), {0, 1}, {.keepdims = true}), {24});
  CHECK(prod(ones({2, 1, 3}), {-1, 0}).shape() == Shape{1});
  CHECK(prod(Tensor<double>(3.)).item() == 3);
  const double power = std::pow(1.0001, 100000);
  CHECK(prod(Tensor<double>::full({100000}, 1.0001)).item() == doctest::Approx(power).epsilon(1e-10));
}

TEST_CASE_TEMPLATE("variances are those of what is far from 0, and of nothing", T, float, double) {
  const Tensor<T> x = xt::xarray<T>{1000001, 1000002, 1000003, 1000006};
  CHECK(var(x).item() == T(3.5));
  CHECK(var(x, {}, {.correction = 1}).item() == doctest::Approx(14. / 3));
  CHECK(stddev(x).item() == doctest::Approx(std::sqrt(3.5)));
  CHECK(std::isnan(var(Tensor<T>::full({0}, 1)).item()));
  CHECK(std::isnan(stddev(Tensor<T>::full({2, 0}, 1), {1}).data()[1]));
  CHECK(var(Tensor<T>::full({0, 2}, 1), {1}).size() == 0);
  const T tiny = std::numeric_limits<T>::min();
  CHECK(stddev(Tensor<T>(xt::xarray<T>{tiny, 3 * tiny})).item() / tiny == doctest::Approx(1));
}

TEST_CASE("stddev of equal elements has derivatives 0") {
  const Tensor<double> x = Tensor<double>::full({2, 3}, 0.1);
  auto f = [](const Tensor<double>& v) { return sum(stddev(v, {1})); };
  same(grad(f)(x), std::vector<double>(6, 0.));
  same(hessian(f)(x), std::vector<double>(36, 0.));
  same(jvp([](const Tensor<double>& v) { return stddev(v, {1}); }, x, ones({2, 3})).second, {0, 0});
}

TEST_CASE("median as NumPy's, with shares for equal elements") {
  const Tensor<double> x = xt::xarray<double>{{3, 1, 2, 10}, {5, 5, 5, -1}, {no_number, 0, 1, 2}};
  same(median(x, {1}), {2.5, 5, no_number});
  same(median(Tensor<double>(xt::xarray<double>{7, -1, 4})), {4});
  same(median(Tensor<double>(xt::xarray<double>{infinity, infinity, 1})), {infinity});
  same(median(Tensor<double>(xt::xarray<double>{-infinity, infinity})), {no_number});
  CHECK(median(x, {0, 1}, {.keepdims = true}).shape() == Shape{1, 1});
  same(median(Tensor<double>::full({2, 0}, 1), {1}), {no_number, no_number});
  const double large = std::numeric_limits<double>::max();
  same(median(Tensor<double>(xt::xarray<double>{large, large})), {large});
  auto f = [](const Tensor<double>& v) { return sum(median(v, {1})); };
  const Tensor<double> ties = xt::xarray<double>{{3, 1, 2, 10}, {5, 5, 5, -1}, {4, 4, 7, 8}};
  same(grad(f)(ties), {0.5, 0, 0.5, 0, 1. / 3, 1. / 3, 1. / 3, 0, 0.25, 0.25, 0.5, 0});
}

TEST_CASE("all, any and count_nonzero along axes") {
  const Mask mask = xt::xarray<bool>{{true, false, true}, {true, true, false}};
  CHECK(list(all(mask, 0)) == std::vector{1, 0, 0});
  CHECK(list(all(mask, 1)) == std::vector{0, 0});
  CHECK(list(any(mask, -1)) == std::vector{1, 1});
  CHECK(list(any(!mask, {0}, {.keepdims = true})) == std::vector{0, 1, 1});
  CHECK(any(mask, {0}, {.keepdims = true}).shape() == Shape{1, 3});
  CHECK(all(mask, {0, 1}).shape() == Shape{});
  CHECK(count_nonzero(mask) == 4);
  CHECK(list(count_nonzero(mask, 1)) == std::vector{2, 2});
  CHECK(list(count_nonzero(mask, Axes())) == std::vector{4});
  const Tensor<float> x = xt::xarray<float>{{0, -1, std::nanf("")}, {0, 0, 2}};
  CHECK(count_nonzero(x) == 3);
  CHECK(list(count_nonzero(x, 0)) == std::vector{0, 1, 2});
  CHECK(list(all(Mask(Shape{2, 0}), 1)) == std::vector{1, 1});
  CHECK(list(any(Mask(Shape{2, 0}), 1)) == std::vector{0, 0});
}

TEST_CASE("softmax and logsumexp of infinities and of nothing") {
  const Tensor<double> x = xt::xarray<double>{{-infinity, 0, -infinity}, {-infinity, -infinity, -infinity}};
  same(softmax(x, 1), {0, 1, 0, no_number, no_number, no_number});
  same(log_softmax(x, 1), {-infinity, 0, -infinity, no_number, no_number, no_number});
  same(logsumexp(x, {1}), {0, -infinity});
  same(grad([](const Tensor<double>& v) { return sum(logsumexp(v, {1})); })(x), {0, 1, 0, 0, 0, 0});
  same(logsumexp(Tensor<double>::full({2, 0}, 1), {1}), {-infinity, -infinity});
  same(logsumexp(Tensor<double>(xt::xarray<double>{1000, 1000})), {1000 + std::log(2.)});
  same(logsumexp(Tensor<double>(xt::xarray<double>{1, infinity})), {infinity});
  same(log_softmax(Tensor<double>(xt::xarray<double>{{1000, 0}, {0, 1000}}), 0), {0, -1000, -1000, 0});
  CHECK(softmax(ones({2, 0, 3}), 1).shape() == Shape{2, 0, 3});
}

TEST_CASE("extremes of long, broad and alternating axes, and of NaNs") {
  Tensor<double> x = Tensor<double>::full({300, 1000}, 1);
  x.mutable_data()[299 * 1000 + 999] = 3;
  x.mutable_data()[150 * 1000 + 7] = 2;
  x.mutable_data()[70 * 1000 + 8] = no_number;
  const Tensor<double> down = amax(x, {0}), right = amax(x, {1});
  CHECK(down.data()[999] == 3);
  CHECK(down.data()[7] == 2);
  CHECK(down.data()[6] == 1);
  CHECK(std::isnan(down.data()[8]));
  CHECK(right.data()[299] == 3);
  CHECK(std::isnan(right.data()[70]));
  CHECK(std::isnan(amin(x).item()));
  CHECK(argmax(x, 0).data()[999] == 299);
  CHECK(argmax(x, 0).data()[8] == 70);
  CHECK(argmax(x, 1).data()[150] == 7);
  CHECK(argmin(x).data()[0] == 70 * 1000 + 8);
  const Tensor<double> y = reshape(constant(x), {3, 100, 1000});
  CHECK(amax(y, {0, 2}).data()[99] == 3);
  CHECK(amax(y, {0, 2}).data()[50] == 2);
}

TEST_CASE("statistics name what is wrong") {
  const auto x = ones({2, 3});
  CHECK_THROWS_WITH_AS(prod(x, {2}), Contains("prod: axis 2 does not exist in shape (2, 3) [statistics_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(prod(x, {1, -1}), Contains("prod: axis -1 is given twice"), ShapeError);
  CHECK_THROWS_WITH_AS(prod(Tensor<double>()), Contains("prod: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(var(x, {-3}), Contains("var: axis -3 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(var(x, {1}, {.correction = 3}),
                       Contains("var: a correction of 3.000000 leaves nothing of 3 elements to divide by "
                                "[statistics_test.cpp:"),
                       DomainError);
  CHECK_THROWS_WITH_AS(stddev(ones({2, 1}), {1}, {.correction = 1}),
                       Contains("stddev: a correction of 1.000000 leaves nothing of 1 element to divide by"),
                       DomainError);
  CHECK_THROWS_WITH_AS(stddev(x, {0, 0}), Contains("stddev: axis 0 is given twice"), ShapeError);
  CHECK_THROWS_WITH_AS(median(x, {4}), Contains("median: axis 4 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(logsumexp(x, {4}), Contains("logsumexp: axis 4 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(softmax(x, 2), Contains("softmax: axis 2 does not exist in shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(log_softmax(x, -3), Contains("log_softmax: axis -3 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(softmax(Tensor<double>(1.)), Contains("softmax: needs at least one axis, but z is a number"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(log_softmax(Tensor<double>(1.), 0), Contains("log_softmax: needs at least one axis"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(all(x > 0, 2), Contains("all: axis 2 does not exist"), ShapeError);
  CHECK_THROWS_WITH_AS(any(x > 0, {0, 0}), Contains("any: axis 0 is given twice"), ShapeError);
  CHECK_THROWS_WITH_AS(count_nonzero(x, -3), Contains("count_nonzero: axis -3 does not exist"), ShapeError);
}
