// What losses share: what becomes of their numbers, and factors for these.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// What becomes of the numbers of a loss. There is no mean of none: ShapeError.
enum class Reduce {
  none,  ///< they stay an array
  sum,
  mean
};

template <Real T>
struct LossOptions {
  Reduce reduction = Reduce::mean;
  Tensor<T> weight = {};  ///< a factor for each number, broadcasts to them; the mean then divides by their sum
};

}  // namespace tapegrad
