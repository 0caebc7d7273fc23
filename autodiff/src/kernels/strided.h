// Walks several arrays at once over one shape: broadcasting, slicing and transposing are strides.
#pragma once
#include <array>
#include <cstddef>
#include <vector>

#include "tapegrad/shape.h"

namespace tapegrad::kernels {

using Strides = std::vector<std::ptrdiff_t>;

/// Row-major strides of `shape`, in elements.
inline Strides strides_of(const Shape& shape) {
  Strides strides(shape.rank());
  std::ptrdiff_t step = 1;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    strides[i] = step;
    step *= static_cast<std::ptrdiff_t>(shape[i]);
  }
  return strides;
}

/// Strides of `from` seen as `to`: 0 on the axes along which it is broadcast.
inline Strides broadcast_strides(const Shape& from, const Shape& to) {
  Strides own = strides_of(from), strides(to.rank(), 0);
  for (std::size_t i = 0; i < from.rank(); ++i) {
    const std::size_t axis = to.rank() - from.rank() + i;
    strides[axis] = from[i] == 1 ? 0 : own[i];
  }
  return strides;
}

/// Calls row(offsets, length) for every run along the last axis; offsets[k] counts elements of array k.
template <std::size_t N, class Row>
void for_each_row(const Shape& shape, const std::array<Strides, N>& strides, std::array<std::ptrdiff_t, N> offsets,
                  Row row) {
  if (shape.size() == 0) return;
  if (shape.rank() == 0) return row(offsets, std::size_t(1));
  const std::size_t last = shape.rank() - 1;
  std::vector<std::size_t> index(shape.rank(), 0);
  for (;;) {
    row(offsets, shape[last]);
    std::size_t axis = last;
    for (;;) {
      if (axis-- == 0) return;
      for (std::size_t k = 0; k < N; ++k) offsets[k] += strides[k][axis];
      if (++index[axis] < shape[axis]) break;
      for (std::size_t k = 0; k < N; ++k) {
        offsets[k] -= strides[k][axis] * static_cast<std::ptrdiff_t>(shape[axis]);
      }
      index[axis] = 0;
    }
  }
}

/// The stride of array k along a row, 0 for a scalar.
inline std::ptrdiff_t row_stride(const Strides& strides) { return strides.empty() ? 0 : strides.back(); }

}  // namespace tapegrad::kernels
