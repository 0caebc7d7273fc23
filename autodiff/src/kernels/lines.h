// Lines: what an array is along one of its axes.
#pragma once
#include <cstddef>

#include "tapegrad/tensor/shape.h"

namespace tapegrad::kernels {

/// Elements of an array of `outer` x `length` x `inner`, whose lines run along the middle axis.
struct Lines {
  std::size_t outer, length, inner;
};

/// The lines of an array along an axis.
inline Lines lines_along(const Shape& shape, std::size_t axis) {
  Lines lines{1, shape[axis], 1};
  for (std::size_t i = 0; i < axis; ++i) lines.outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.rank(); ++i) lines.inner *= shape[i];
  return lines;
}

}  // namespace tapegrad::kernels
