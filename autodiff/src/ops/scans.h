// What the files of scans and of products share: elements moved by one place.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// Of each element the next one along an axis, or the one before it; past the end it is `outside`.
template <Real T>
Tensor<T> neighbours(const Tensor<T>& x, std::size_t axis, bool from_next, double outside);

}  // namespace tapegrad
