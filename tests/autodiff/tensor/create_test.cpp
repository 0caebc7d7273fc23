#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <span>
#include <vector>

#include "tapegrad/autodiff.h"

using namespace tapegrad;

namespace {

template <Real T>
void check(const Tensor<T>& x, const Shape& shape, const std::vector<double>& elements) {
  CHECK(x.shape() == shape);
  REQUIRE(x.size() == elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) CHECK(x.data()[i] == static_cast<T>(elements[i]));
}

}  // namespace

TEST_CASE("tensors are made from numbers, braces, vectors and spans") {
  check(Tensor<double>(0), {}, {0});  // not a null pointer
  check(Tensor<float>(1.5), {}, {1.5});
  check(Tensor<double>{1, 2, 3}, {3}, {1, 2, 3});
  check(Tensor<double>{{1}, {2}}, {2, 1}, {1, 2});
  check(Tensor<float>{{{1, 2}}, {{3, 4.5}}}, {2, 1, 2}, {1, 2, 3, 4.5});
  check(Tensor<double>{{}, {}}, {2, 0}, {});
  const Tensor<double> assigned = {{1, 2}};
  check(assigned, {1, 2}, {1, 2});

  const std::vector<float> numbers{1, 2, 3, 4};
  check(Tensor(numbers), {4}, {1, 2, 3, 4});
  static_assert(std::is_same_v<decltype(Tensor(numbers)), Tensor<float>>);
  static_assert(std::is_same_v<decltype(Tensor(std::vector<int>{1})), Tensor<double>>);
  check(Tensor<double>(numbers, {2, 2}), {2, 2}, {1, 2, 3, 4});
  check(Tensor(std::span(numbers).subspan(1, 2)), {2}, {2, 3});
  check(Tensor<double>(std::deque<bool>{true, false}), {2}, {1, 0});
  check(Tensor<double>(std::vector<std::array<int, 2>>{{1, 2}, {3, 4}, {5, 6}}), {3, 2}, {1, 2, 3, 4, 5, 6});
  CHECK(label(variable<double>({{1, 2}}, "w")) == "w");
}

TEST_CASE("lists that make no array are refused") {
  CHECK_THROWS_WITH_AS((Tensor<double>{{1, 2}, {3}}),
                       "tensor: the lists along axis 1 have lengths 2 and 1. They must be equal", ShapeError);
  CHECK_THROWS_WITH_AS((Tensor<double>{{1, 2}, 3}),
                       "tensor: a list in braces holds a number beside a list. All elements of a level must be alike",
                       ShapeError);
  CHECK_THROWS_AS((Tensor<double>{1, {2, 3}}), ShapeError);
  CHECK_THROWS_WITH_AS(Tensor<double>(std::vector<std::vector<double>>{{1}, {2, 3}}),
                       "tensor: the lists along axis 1 have lengths 1 and 2. They must be equal", ShapeError);
  CHECK_THROWS_WITH_AS(Tensor<double>(std::vector<double>{1, 2, 3}, {2, 2}),
                       "tensor: 3 numbers for shape (2, 2), which has 4 elements", ShapeError);
}

TEST_CASE("tensors are made from nothing, as NumPy makes arrays") {
  check(zeros({2, 1}), {2, 1}, {0, 0});
  check(ones<float>({2}), {2}, {1, 1});
  check(full({2}, 7), {2}, {7, 7});
  check(zeros_like(Tensor<float>{1, 2}), {2}, {0, 0});
  check(ones_like(Tensor<double>{{1, 2}}), {1, 2}, {1, 1});
  check(full_like(Tensor<float>{1, 2}, 0.5), {2}, {0.5, 0.5});
  check(arange(3), {3}, {0, 1, 2});
  check(arange<float>(1, 2, 0.25), {4}, {1, 1.25, 1.5, 1.75});
  check(arange(3, 0, -2), {2}, {3, 1});
  check(arange(2, 2), {0}, {});
  check(linspace(0, 1, 5), {5}, {0, 0.25, 0.5, 0.75, 1});
  check(linspace(1, 0.1, 1), {1}, {1});
  CHECK(linspace(0, 0.3, 7).data()[6] == 0.3);
  CHECK(linspace(0, 1).size() == 50);
  check(eye(2), {2, 2}, {1, 0, 0, 1});
  check(eye(2, 3, 1), {2, 3}, {0, 1, 0, 0, 0, 1});
  check(eye(3, 2, -1), {3, 2}, {0, 0, 1, 0, 0, 1});
  CHECK_THROWS_WITH_AS(arange(0, 1, 0),
                       doctest::Contains("no numbers lead from 0.000000 to 1.000000 in steps of 0.000000 [create_test"),
                       DomainError);
  CHECK_THROWS_WITH_AS(zeros_like(Tensor<double>()), doctest::Contains("full_like: the tensor is empty"), ShapeError);
}

TEST_CASE("shapes and axes are written as in NumPy") {
  const Tensor<double> x{{1, 2, 3}, {4, 5, 6}};
  check(sum(x, 1), {2}, {6, 15});
  check(amax(x, -1, {.keepdims = true}), {2, 1}, {3, 6});
  check(reshape(x, {-1, 2}), {3, 2}, {1, 2, 3, 4, 5, 6});
  check(reshape(x, -1), {6}, {1, 2, 3, 4, 5, 6});
  check(reshape(x, {x.size(), 1}), {6, 1}, {1, 2, 3, 4, 5, 6});
  check(reshape(zeros({0, 3}), {-1, 3}), {0, 3}, {});
  CHECK_THROWS_WITH_AS(reshape(x, {-1, -1}), doctest::Contains("reshape: -1 is given twice [create_test"), ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {-2, 3}), doctest::Contains("reshape: -2 is no length [create_test"), ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {-1, 4}), doctest::Contains("has 6 elements, which the other lengths, 4 together"),
                       ShapeError);
  CHECK_THROWS_AS(reshape(zeros({0, 3}), {-1, 0}), ShapeError);
  check(concatenate({x, x}), {4, 3}, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  check(concatenate({x, x}, 1).shape().rank() == 2 ? sum(concatenate({x, x}, 1)) : x, {}, {42});
  check(stack({x, x}, -1), {2, 3, 2}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6});
}

TEST_CASE("a += b goes on to the sum, and leaves a variable as it was") {
  Tensor<double> a{1, 2};
  const Tensor<double> before = a;
  a += Tensor<double>{10, 20};
  a *= 2;
  check(a, {2}, {22, 44});
  check(before, {2}, {1, 2});
  a += a;
  a -= 4;
  a /= Tensor<double>{4, 2};
  check(a, {2}, {10, 42});

  const Tensor<double> w = variable(before, "w");
  Tape tape;
  Tensor<double> y = w;
  y += 3 * w;
  check(w, {2}, {1, 2});
  y *= y;
  check(tape.backward(sum(y))[w], {2}, {32, 64});  // y = (4 w)^2
}

TEST_CASE("masks combine, and choose between numbers") {
  const Tensor<double> x{-1, 0.5, 2};
  check(where((x > 0) && (x < 1), 1, 0), {3}, {0, 1, 0});
  check(where(x < 0 || x > 1, 1.f, 0.f), {3}, {1, 0, 1});
  check(where<float>(!(x > 0), 1, 0), {3}, {1, 0, 0});
  const xt::xarray<int> row({1, 1, 0}), two({1, 0});
  xt::xarray<int> column = xt::xarray<int>::from_shape({2, 1});
  column(0, 0) = 1;
  column(1, 0) = 0;
  check(cast<double>(x > 0 && row), {3}, {0, 1, 0});
  check(cast<double>(column || x > 1), {2, 3}, {1, 1, 1, 0, 0, 1});
  Mask positive = x > 0, one = column;
  check(cast<float>(positive && one), {2, 3}, {0, 1, 1, 0, 0, 0});
  CHECK_THROWS_WITH_AS(logical_and(positive, two),
                       doctest::Contains("logical_and: shapes (3,) and (2,) do not broadcast [create_test"),
                       ShapeError);
}

TEST_CASE("numbers are cast to integers and back") {
  const Tensor<float> x{-1.7f, 0, 2.9f};
  const Indices places = cast<std::int32_t>(x);
  check(cast<double>(places), {3}, {-1, 0, 2});
  check(cast<float>(cast<bool>(x)), {3}, {1, 0, 1});
  CHECK_THROWS_WITH_AS(cast<std::int32_t>(Tensor<double>{1, 3e9}),
                       doctest::Contains("cast: element 1 is 3000000000.000000, which is no integer of 32 bits"),
                       DomainError);
  CHECK_THROWS_AS(cast<std::int32_t>(Tensor<double>(std::nan(""))), DomainError);
}
