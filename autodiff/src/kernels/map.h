// Elementwise kernels over arrays.
#pragma once
#include "kernels/parallel.h"
#include "kernels/strided.h"

namespace tapegrad::kernels {

/// y[i] = f(x[i])
template <class T, class F>
void map(T* y, const T* x, std::size_t count, F f) {
  parallel(count, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) y[i] = f(x[i]);
  });
}
/// y[i] = f(a[i], b[i])
template <class T, class F>
void map(T* y, const T* a, const T* b, std::size_t count, F f) {
  parallel(count, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) y[i] = f(a[i], b[i]);
  });
}
/// y = f(a, b), a and b broadcast to `shape`.
template <class T, class F>
void map_broadcast(T* y, const Shape& shape, const T* a, const Shape& a_shape, const T* b, const Shape& b_shape, F f) {
  const std::array<Strides, 3> strides{strides_of(shape), broadcast_strides(a_shape, shape),
                                       broadcast_strides(b_shape, shape)};
  const std::ptrdiff_t sa = row_stride(strides[1]), sb = row_stride(strides[2]);
  for_each_row<3>(shape, strides, {0, 0, 0}, [=](const auto& at, std::size_t length) {
    T* row = y + at[0];
    const T *pa = a + at[1], *pb = b + at[2];
    if (sa == 1 && sb == 1) {
      for (std::size_t i = 0; i < length; ++i) row[i] = f(pa[i], pb[i]);
    } else {
      for (std::size_t i = 0; i < length; ++i) {
        row[i] = f(pa[static_cast<std::ptrdiff_t>(i) * sa], pb[static_cast<std::ptrdiff_t>(i) * sb]);
      }
    }
  });
}
/// y = x read with any strides: broadcast, transpose, slice.
template <class T>
void copy_strided(T* y, const Shape& shape, const T* x, const Strides& strides, std::ptrdiff_t start) {
  const std::ptrdiff_t step = row_stride(strides);
  for_each_row<2>(shape, {strides_of(shape), strides}, {0, start}, [=](const auto& at, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) y[at[0] + std::ptrdiff_t(i)] = x[at[1] + std::ptrdiff_t(i) * step];
  });
}
/// y, written with any strides, += x.
template <class T>
void add_strided(T* y, const Strides& strides, std::ptrdiff_t start, const T* x, const Shape& shape) {
  const std::ptrdiff_t step = row_stride(strides);
  for_each_row<2>(shape, {strides_of(shape), strides}, {0, start}, [=](const auto& at, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) y[at[1] + std::ptrdiff_t(i) * step] += x[at[0] + std::ptrdiff_t(i)];
  });
}

}  // namespace tapegrad::kernels
