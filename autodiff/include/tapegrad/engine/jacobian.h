// A whole Jacobian from a Linearization. For jacobian() and hessian(); programs use transforms.h.
#pragma once
#include <vector>

#include "tapegrad/engine/linearization.h"

namespace tapegrad::engine {

/// A block of a matrix, from a row and a column on, of the shape `rows` followed by the shape `columns`.
template <Real T>
Tensor<T> block_of(const Tensor<T>& whole, std::size_t row, const Shape& rows, std::size_t column,
                   const Shape& columns);

/// The derivative of each result with respect to each input, by columns in forward mode or by rows in reverse mode,
/// whichever are fewer: several at once through what is scalar statements only, all of a port at once by what vmap is
/// made of where that is faster, else direction by direction.
class JacobianBlocks {
 public:
  explicit JacobianBlocks(Linearization& at);
  /// Of result r with respect to input k: the shape of the result, then that of the input. T is the result's type.
  template <Real T>
  Tensor<T> get(std::size_t r, std::size_t k) const;

 private:
  // Of the directions of one port, for every result, or input: its derivatives, one behind the other along a first
  // axis; an empty tensor where all are 0.
  using Lines = std::vector<AnyTensor>;

  bool is_whole() const;
  Lines one_by_one(std::size_t port);
  Lines at_once(std::size_t port, std::size_t at_most);

  Linearization& at_;
  bool forward_;
  AnyTensor whole_;             // the whole matrix, where it was found at once
  std::vector<Lines> by_port_;  // by input in forward mode, by result in reverse mode
};

}  // namespace tapegrad::engine
