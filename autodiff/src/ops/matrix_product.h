// Products of matrices whose operands rules read transposed.
#pragma once
#include "tapegrad/tensor/short_vector.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {
namespace matrices {
/// Where the matrices of an operand stand whose leading axes broadcast to `batch`.
class Places {
 public:
  Places(const Shape& operand, const Shape& batch) : batch_(batch), size_(operand.back(0) * operand.back(1)) {
    std::size_t step = 1;
    for (std::size_t axis = 0; axis < batch.rank(); ++axis) {
      const std::size_t length = axis + 2 < operand.rank() ? operand.back(axis + 2) : 1;
      steps_.push_back(length == 1 ? 0 : step);
      step *= length;
    }
    whole_ = step == batch.size();
    one_ = step == 1;
  }
  /// How many elements before that of matrix i of the result.
  std::size_t operator()(std::size_t i) const {
    if (whole_ || one_) return one_ ? 0 : i * size_;
    std::size_t at = 0;
    for (std::size_t axis = 0; axis < steps_.size(); ++axis) {
      at += i % batch_.back(axis) * steps_[axis];
      i /= batch_.back(axis);
    }
    return at * size_;
  }

 private:
  Shape batch_;
  ShortVector<std::size_t, 8> steps_;
  std::size_t size_;
  bool whole_ = false, one_ = false;
};
}  // namespace matrices

/// matmul of matrices (..., rows, columns), either operand read transposed, so that no rule copies a transpose.
template <Real T>
Tensor<T> multiply_matrices(const Tensor<T>& a, const Tensor<T>& b, bool ta, bool tb, const CallSite& site);

}  // namespace tapegrad
