// Softmax of the rows of a matrix.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/reduce.h"

namespace tapegrad::kernels {

/// The largest of a row; a NaN may be passed over, the sum of exponentials finds it.
template <class T>
T largest(const T* x, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  const T lowest = -std::numeric_limits<T>::infinity();
  Lanes<T> best(lowest);
  std::size_t i = 0;
  for (; i + width <= count; i += width) {
    const Lanes<T> v = Lanes<T>::load(x + i);
    best = where(v > best, v, best);
  }
  if (i < count) {
    const Lanes<T> v = Lanes<T>::load_part(x + i, count - i, lowest);
    best = where(v > best, v, best);
  }
  alignas(64) T lanes[width];
  best.batch.store_aligned(lanes);
  return *std::max_element(lanes, lanes + width);
}

/// y = e^(x - shift) for one row; returns the sum.
template <class T>
T exponentials(T* y, const T* x, std::size_t count, T shift) {
  constexpr std::size_t width = Lanes<T>::count;
  auto at = [=](std::size_t i) {
    const std::size_t part = std::min(width, count - i);
    const Lanes<T> e = exp(Lanes<T>::load(x + i) - Lanes<T>(shift));
    if (part == width) return e.store(y + i), e;
    return e.store_part(y + i, part), e.first(part);
  };
  if (count <= 16 * width) return sum_block<Lanes<T>>(0, count, at).total();
  Totals<Lanes<T>> totals;
  add_registers(totals, count, at);
  return static_cast<T>(totals.total().value());
}

/// y = softmax of each row of x. With labels it also returns the sum over the rows of -log y[label].
template <class T>
T softmax(T* y, const T* x, std::size_t rows, std::size_t columns, const std::int32_t* labels = nullptr) {
  std::vector<T, engine::PoolAllocator<T>> losses(labels ? rows : 0);
  const std::size_t chunk = std::max<std::size_t>(1, chunk_length / 4 / columns);
  parallel(rows, [=, &losses](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T* from = x + i * columns;
      T* to = y + i * columns;
      const T shift = largest(from, columns), total = exponentials(to, from, columns, shift), share = 1 / total;
      for (std::size_t j = 0; j < columns; ++j) to[j] *= share;
      if (labels) losses[i] = std::log(total) + shift - from[labels[i]];
    }
  }, chunk);
  return sum(losses.data(), losses.size());
}

}  // namespace tapegrad::kernels
