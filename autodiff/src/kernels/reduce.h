// Sums. Fixed chunks and a fixed order: the same bits for every number of threads.
#pragma once
#include "tapegrad/engine/loops/map.h"

namespace tapegrad::kernels {

template <class T>
T sum_chunk(const T* x, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  Lanes<T> a(T(0)), b(T(0)), c(T(0)), d(T(0));  // four, since an addition takes four cycles
  std::size_t i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    a = a + Lanes<T>::load(x + i);
    b = b + Lanes<T>::load(x + i + width);
    c = c + Lanes<T>::load(x + i + 2 * width);
    d = d + Lanes<T>::load(x + i + 3 * width);
  }
  for (; i + width <= count; i += width) a = a + Lanes<T>::load(x + i);
  if (i < count) b = b + Lanes<T>::load_part(x + i, count - i);
  return ((a + b) + (c + d)).total();
}

/// The sum of all elements.
template <class T>
T sum(const T* x, std::size_t count) {
  return sum_of_chunks<T>(count, [x](std::size_t begin, std::size_t end) { return sum_chunk(x + begin, end - begin); });
}

/// y[j] = the sum over i of x[i, j], added to what is there when `accumulate`: columns are split over threads, rows are
/// added in order.
template <class T>
void sum_rows(T* y, const T* x, std::size_t rows, std::size_t columns, bool accumulate = false) {
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t chunk = rows * columns <= 2 * chunk_length ? columns : std::size_t(256);
  parallel(columns, [=](std::size_t begin, std::size_t end) {
    if (!accumulate) std::fill(y + begin, y + end, T(0));
    for (std::size_t i = 0; i < rows; ++i) {
      const T* row = x + i * columns;
      std::size_t j = begin;
      for (; j + width <= end; j += width) (Lanes<T>::load(y + j) + Lanes<T>::load(row + j)).store(y + j);
      for (; j < end; ++j) y[j] += row[j];
    }
  }, std::max<std::size_t>(1, chunk));
}

}  // namespace tapegrad::kernels
