// Walks several arrays at once over one shape: broadcasting, slicing and transposing are strides.
#pragma once
#include <array>
#include <cstddef>

#include "tapegrad/engine/loops/map.h"
#include "tapegrad/tensor/shape.h"
#include "tapegrad/tensor/short_vector.h"

namespace tapegrad::kernels {

/// Strides of an array, counted in elements, one for each axis; up to eight need no heap.
using Strides = ShortVector<std::ptrdiff_t, 8>;

/// Row-major strides of `shape`.
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
  const Strides own = strides_of(from);
  Strides strides(to.rank(), 0);
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
  ShortVector<std::size_t, 8> index(shape.rank(), 0);
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

/// A row of a broadcast operand: its elements, or one number for all of them.
template <class T>
struct Row {
  const T* from;
  std::ptrdiff_t stride;  // 1 or 0
  Lanes<T> load(std::size_t i) const { return stride ? Lanes<T>::load(from + i) : Lanes<T>(*from); }
};

/// y = f(x...), every x broadcast to `shape`. A row of y is not written past its end, where the next one begins.
template <class T, class F, class... X>
void map_broadcast(T* y, const Shape& shape, const F& f, const std::pair<const X*, const Shape*>&... x) {
  constexpr std::size_t n = 1 + sizeof...(X);
  const std::array<Strides, n> strides{strides_of(shape), broadcast_strides(*x.second, shape)...};
  std::array<const T*, n> data{y, x.first...};
  for_each_row<n>(shape, strides, {}, [&](const auto& at, std::size_t length) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      const std::array<Row<T>, n - 1> rows{Row<T>{data[k + 1] + at[k + 1], row_stride(strides[k + 1])}...};
      T* to = y + at[0];
      std::size_t i = 0;
      for (; i + Lanes<T>::count <= length; i += Lanes<T>::count) f(rows[k].load(i)...).store(to + i);
      if (i < length) f(rows[k].load(i)...).store_part(to + i, length - i);
    }(std::make_index_sequence<n - 1>());
  });
}
/// y = x read with any strides: broadcast, transpose, slice.
template <class T>
void copy_strided(T* y, const Shape& shape, const T* x, const Strides& strides, std::ptrdiff_t start) {
  const std::ptrdiff_t step = row_stride(strides);
  for_each_row<2>(shape, {strides_of(shape), strides}, {0, start}, [=](const auto& at, std::size_t length) {
    if (step == 1) {
      std::copy_n(x + at[1], length, y + at[0]);
    } else if (step == 0) {
      std::fill_n(y + at[0], length, x[at[1]]);
    } else {
      for (std::size_t i = 0; i < length; ++i) y[at[0] + std::ptrdiff_t(i)] = x[at[1] + std::ptrdiff_t(i) * step];
    }
  });
}
/// y += x, where y is written with any strides.
template <class T>
void add_strided(T* y, const Strides& strides, std::ptrdiff_t start, const T* x, const Shape& shape) {
  const std::ptrdiff_t step = row_stride(strides);
  for_each_row<2>(shape, {strides_of(shape), strides}, {0, start}, [=](const auto& at, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) y[at[1] + std::ptrdiff_t(i) * step] += x[at[0] + std::ptrdiff_t(i)];
  });
}

}  // namespace tapegrad::kernels
