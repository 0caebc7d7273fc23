// Shapes whose elements, bytes or strides would not fit into the integers that count them.
#include <doctest/doctest.h>
#include <tapegrad/ops.h>
#include <tapegrad/tensor/create.h>

#include <limits>

using namespace tapegrad;
using doctest::Contains;

TEST_CASE("shapes with more elements than can be counted are refused") {
  const std::size_t long_axis = std::size_t(1) << 31;
  CHECK_THROWS_AS(zeros({std::size_t(-1)}), ShapeError);
  CHECK_THROWS_AS(zeros({long_axis, long_axis, 4}), ShapeError);  // 0 modulo 2^64
  CHECK_THROWS_AS(zeros({0, long_axis, long_axis}), ShapeError);  // strides would wrap: NumPy refuses it too
  CHECK_THROWS_AS(zeros({0, 1, 1, long_axis, long_axis, long_axis}), ShapeError);
  CHECK(zeros({0, long_axis}).size() == 0);

  const Tensor<double> x = ones({4}), third = zeros({0xffffffff, 0});
  CHECK_THROWS_AS(zeros({long_axis, 0}) + zeros({0, 1 << 20, 1, 1}), ShapeError);
  CHECK_THROWS_AS(matmul(zeros({long_axis, 0}), zeros({0, long_axis})), ShapeError);
  CHECK_THROWS_AS(concatenate<double>({third, third}), ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {long_axis, long_axis, 4, -1}), Contains("more than 2^64 together, do not divide"),
                       ShapeError);
  CHECK_THROWS_AS(reshape(x, {long_axis, long_axis, 4}), ShapeError);
  CHECK_THROWS_AS(arange(-1e308, 1e308, 1e-300), ShapeError);
  CHECK_THROWS_AS(linspace(0, 1, std::size_t(1) << 50), ShapeError);
}

TEST_CASE("a diagonal of eye may lie anywhere") {
  CHECK(sum(eye(3, 3, std::numeric_limits<long>::max())).item() == 0);
  CHECK(sum(eye(3, 3, std::numeric_limits<long>::min())).item() == 0);
  for (long above = -4; above <= 5; ++above) {
    const Tensor<double> x = eye(3, 4, above);
    for (long row = 0; row < 3; ++row) {
      for (long column = 0; column < 4; ++column) CHECK(x.data()[row * 4 + column] == double(column - row == above));
    }
  }
}
