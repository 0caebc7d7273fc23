// A matrix times a row: the plain sweep makes both gradients in one pass, the recorded one by ops.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

#include <cmath>
#include <type_traits>
#include <vector>

using namespace tapegrad;

namespace {

template <Real T>
Tensor<T> waves(const Shape& shape, double step) {
  return cast<T>(sin(reshape(arange(double(shape.size())) * step, shape)));
}

template <Real T>
void close(const Tensor<T>& a, const Tensor<T>& b) {
  REQUIRE(a.shape() == b.shape());
  const double allowed = std::is_same_v<T, float> ? 1e-5 : 1e-13;
  for (std::size_t i = 0; i < b.size(); ++i) CHECK(std::abs(a.data()[i] - b.data()[i]) <= allowed);
}

// Both orders, and with a gradient for one factor alone.
template <Real T>
void check(const Shape& of_matrix, const Shape& of_row) {
  const Tensor<T> seed = waves<T>(of_matrix, 0.3);
  for (const bool first : {true, false}) {
    for (const bool both : {true, false}) {
      const Tensor<T> matrix = waves<T>(of_matrix, 0.7), row = variable(waves<T>(of_row, 1.1));
      const Tensor<T> x = both ? variable(matrix) : matrix;
      Tape tape;
      const Tensor<T> y = first ? x * row : row * x;
      const std::vector<Tensor<T>> inputs = both ? std::vector{x, row} : std::vector{row};
      const auto recorded = tape.gradient(y, inputs, {.seed = seed, .create_graph = true});
      const auto plain = tape.gradient(y, inputs, {.seed = seed});
      for (std::size_t i = 0; i < inputs.size(); ++i) close(plain[i], recorded[i]);
      close(plain.back(), sum_to(seed * matrix, of_row));
    }
  }
}

}  // namespace

TEST_CASE("the gradients of a matrix times a row, whatever its length") {
  for (const std::size_t columns : {1, 15, 32, 45, 64, 257}) {
    for (const std::size_t rows : {1, 15, 16, 37, 1100}) {
      check<float>({rows, columns}, {columns});
      check<double>({rows, columns}, {columns});
    }
  }
  check<double>({3, 17, 5, 40}, {5, 40});
  check<double>({40, 2, 40}, {1, 1, 40});
  check<double>({64, 0}, {0});
}
