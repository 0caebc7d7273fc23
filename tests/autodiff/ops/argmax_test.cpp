// argmax and argmin against what NumPy gives (2.4: argmax and argmin of the same arrays).
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <tapegrad/autodiff.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
std::vector<int> list(const Indices& places) { return {places.data(), places.data() + places.size()}; }
}  // namespace

TEST_CASE_TEMPLATE("argmax and argmin take the first of equal elements", T, float, double) {
  const Tensor<T> x = xt::xarray<T>{{{1, 5, 2}, {5, 0, 5}}, {{-1, -1, -1}, {7, 8, -9}}};  // (2, 2, 3)
  CHECK(list(argmax(x)) == std::vector{10});
  CHECK(argmax(x).shape() == Shape{});
  CHECK(list(argmin(x)) == std::vector{11});
  CHECK(list(argmax(x, 0)) == std::vector{0, 0, 0, 1, 1, 0});
  CHECK(list(argmax(x, 1)) == std::vector{1, 0, 1, 1, 1, 0});
  CHECK(list(argmax(x, -1)) == std::vector{1, 0, 0, 1});
  CHECK(argmax(x, 1).shape() == Shape{2, 3});
  CHECK(list(argmin(x, 0)) == std::vector{1, 1, 1, 0, 0, 1});
  CHECK(list(argmin(x, 1)) == std::vector{0, 1, 0, 0, 0, 1});
  CHECK(list(argmin(x, 2)) == std::vector{0, 1, 0, 2});
  CHECK(list(argmax(Tensor<T>(T(3)))) == std::vector{0});
}

TEST_CASE("argmax and argmin take the first NaN") {
  const Tensor<double> x = xt::xarray<double>{{1, no_number, 3, no_number}, {no_number, 9, -9, 0}, {2, 1, 0, -1}};
  CHECK(list(argmax(x, 1)) == std::vector{1, 0, 0});
  CHECK(list(argmin(x, 1)) == std::vector{1, 0, 3});
  CHECK(list(argmax(x, 0)) == std::vector{1, 0, 0, 0});
  CHECK(list(argmin(x)) == std::vector{1});
}

TEST_CASE("argmax needs elements and an axis that exists") {
  const Tensor<double> none = xt::zeros<double>({0, 3});
  CHECK_THROWS_WITH_AS(argmax(none), Contains("argmax: shape (0, 3) has no elements to choose from [argmax_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(argmin(none, 0), Contains("argmin: shape (0, 3) has no elements"), ShapeError);
  CHECK(argmax(none, 1).size() == 0);
  CHECK_THROWS_WITH_AS(argmax(none, 2), Contains("argmax: axis 2 does not exist in shape (0, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(argmax(Tensor<double>(1.), 0), Contains("argmax: axis 0 does not exist in shape ()"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(argmax(Tensor<double>()), Contains("argmax: an input is an empty tensor"), ShapeError);
}
