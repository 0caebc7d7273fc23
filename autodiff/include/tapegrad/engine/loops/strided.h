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

/// N arrays that are walked together over one shape, row-major. Axes of length 1 are left out, and neighbouring axes
/// along which all arrays go on as along one are one axis: rows are as long as they can be.
template <std::size_t N>
class Walk {
 public:
  using Offsets = std::array<std::ptrdiff_t, N>;
  Walk(const Shape& shape, const std::array<Strides, N>& strides) : size_(shape.size()) {
    for (std::size_t axis = shape.rank(); axis-- > 0;) {
      if (shape[axis] == 1) continue;
      bool joins = !axes_.empty();
      Axis next{shape[axis], {}};
      for (std::size_t k = 0; k < N; ++k) {
        next.steps[k] = strides[k][axis];
        joins = joins && next.steps[k] == axes_.back().steps[k] * static_cast<std::ptrdiff_t>(axes_.back().length);
      }
      if (joins) axes_[axes_.size() - 1].length *= next.length;
      else axes_.push_back(next);
    }
    if (axes_.empty()) axes_.push_back({1, {}});
  }
  struct Axis {
    std::size_t length;
    Offsets steps;
  };
  /// The last one, of rows, is first.
  const ShortVector<Axis, 8>& axes() const { return axes_; }
  std::size_t size() const { return size_; }
  /// Of array k along a row.
  std::ptrdiff_t step(std::size_t k) const { return axes_[0].steps[k]; }
  /// How many elements threads take at a time: whole rows where they are short.
  std::size_t chunk() const {
    const std::size_t row = axes_[0].length;
    return row == 0 || row > chunk_length ? chunk_length : chunk_length / row * row;
  }

  /// Calls row(offsets, length) for the rows, and parts of rows, of elements [begin, end); offsets[k] counts elements
  /// of array k.
  template <class Row>
  void rows(std::size_t begin, std::size_t end, const Row& row) const {
    ShortVector<std::size_t, 8> index(axes_.size());
    Offsets at{};
    for (std::size_t i = 0, rest = begin; rest; rest /= axes_[i++].length) {
      index[i] = rest % axes_[i].length;
      move(at, i, static_cast<std::ptrdiff_t>(index[i]));
    }
    while (begin < end) {
      const std::size_t length = std::min(axes_[0].length - index[0], end - begin);
      row(at, length);
      begin += length;
      move(at, 0, -static_cast<std::ptrdiff_t>(index[0]));
      index[0] = 0;
      for (std::size_t i = 1; i < axes_.size(); ++i) {
        move(at, i, 1);
        if (++index[i] < axes_[i].length) break;
        move(at, i, -static_cast<std::ptrdiff_t>(index[i]));
        index[i] = 0;
      }
    }
  }
  /// For all rows, on all threads.
  template <class Row>
  void all_rows(const Row& row) const {
    parallel(size_, [&](std::size_t begin, std::size_t end) { rows(begin, end, row); }, chunk());
  }

 private:
  void move(Offsets& at, std::size_t axis, std::ptrdiff_t count) const {
    for (std::size_t k = 0; k < N; ++k) at[k] += axes_[axis].steps[k] * count;
  }
  ShortVector<Axis, 8> axes_;
  std::size_t size_;
};

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
  const Walk<n> walk(shape, {strides_of(shape), broadcast_strides(*x.second, shape)...});
  const std::array<const T*, n> data{y, x.first...};
  walk.all_rows([&](const auto& at, std::size_t length) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      const std::array<Row<T>, n - 1> rows{Row<T>{data[k + 1] + at[k + 1], walk.step(k + 1)}...};
      T* to = y + at[0];
      std::size_t i = 0;
      for (; i + Lanes<T>::count <= length; i += Lanes<T>::count) f(rows[k].load(i)...).store(to + i);
      if (i < length) f(rows[k].load(i)...).store_part(to + i, length - i);
    }(std::make_index_sequence<n - 1>());
  });
}

}  // namespace tapegrad::kernels
