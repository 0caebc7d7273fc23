// Blocks of Hessians of functions of scalars, and what is said where there are none.
#include "tapegrad/engine/second_derivatives.h"

namespace tapegrad::transform {

void fail_number_of_directions(std::string_view what, std::size_t numbers, std::size_t given, const Where& where) {
  throw ShapeError(std::string(what) + ": the direction has " + std::to_string(given) + " numbers, but the argument " +
                   std::to_string(numbers) + " or more" + text(where));
}

template <Real T>
Tensor<T> hessian_block(const std::vector<T>& hessian, std::size_t n, std::size_t row, const Shape& rows, std::size_t column,
                        const Shape& columns) {
  std::vector<std::size_t> axes = rows.vector();
  for (std::size_t axis : columns.vector()) axes.push_back(axis);
  Tensor<T> block = Tensor<T>::empty(Shape(axes));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      block.mutable_data()[i * columns.size() + j] = hessian[(row + i) * n + column + j];
    }
  }
  return block;
}
template Tensor<float> hessian_block(const std::vector<float>&, std::size_t, std::size_t, const Shape&, std::size_t, const Shape&);
template Tensor<double> hessian_block(const std::vector<double>&, std::size_t, std::size_t, const Shape&, std::size_t, const Shape&);

}  // namespace tapegrad::transform
