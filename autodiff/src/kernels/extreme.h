// The largest or smallest of many numbers, along the middle one of three axes. Order::better(p, q) says whether p is
// chosen and not q, Order::worst is what every number is better than. A NaN is the extreme.
#pragma once
#include <algorithm>
#include <vector>

#include "tapegrad/engine/loops/map.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad::kernels {

template <class Order, class V>
[[gnu::always_inline]] inline V extreme_of(const V& v, const V& best) {
  return where(Order::better(v, best) || v != v, v, best);
}

/// Of a part of a row, on this thread.
template <class Order, class T>
T extreme_of_row(const T* x, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  const T worst = Order::template worst<T>;
  Lanes<T> best[2]{Lanes<T>(worst), Lanes<T>(worst)};
  std::size_t i = 0;
  for (; i + 2 * width <= count; i += 2 * width) {
    for (std::size_t k = 0; k < 2; ++k) best[k] = extreme_of<Order>(Lanes<T>::load(x + i + k * width), best[k]);
  }
  for (; i < count; i += width) {
    best[0] = extreme_of<Order>(Lanes<T>::load_part(x + i, std::min(width, count - i), worst), best[0]);
  }
  alignas(64) T lanes[width];
  extreme_of<Order>(best[1], best[0]).batch.store_aligned(lanes);
  T extreme = lanes[0];
  for (const T v : lanes) extreme = Order::better(v, extreme) || v != v ? v : extreme;
  return extreme;
}

/// Of the columns of some rows, on this thread, which neither reads nor writes y past its end.
template <class Order, class T>
void extreme_of_rows(T* y, const T* x, std::size_t rows, std::size_t columns) {
  constexpr std::size_t width = Lanes<T>::count;
  std::copy_n(x, columns, y);
  for (std::size_t i = 1; i < rows; ++i) {
    x += columns;
    std::size_t j = 0;
    for (; j + width <= columns; j += width) {
      extreme_of<Order>(Lanes<T>::load(x + j), Lanes<T>::load(y + j)).store(y + j);
    }
    if (const std::size_t rest = columns - j) {
      extreme_of<Order>(Lanes<T>::load(x + j), Lanes<T>::load_part(y + j, rest)).store_part(y + j, rest);
    }
  }
}

/// y[i, j] = the extreme over k of x[i, k, j]. Long lines are cut, and the extremes of their parts compared.
template <class Order, class T>
void extreme_middle(T* y, const T* x, std::size_t outer, std::size_t length, std::size_t inner) {
  const std::size_t segment = std::max<std::size_t>(1, 4 * chunk_length / inner);
  const std::size_t segments = (length + segment - 1) / segment;
  std::vector<T, engine::PoolAllocator<T>> parts(segments > 1 ? outer * segments * inner : 0);
  T* const to = segments > 1 ? parts.data() : y;
  parallel(outer * segments, [=](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t first = task % segments * segment, count = std::min(segment, length - first);
      const T* from = x + (task / segments * length + first) * inner;
      if (inner == 1) to[task] = extreme_of_row<Order>(from, count);
      else extreme_of_rows<Order>(to + task * inner, from, count, inner);
    }
  }, std::max<std::size_t>(1, chunk_length / (std::min(segment, length) * inner)));
  if (segments > 1) extreme_middle<Order>(y, parts.data(), outer, segments, inner);
}

}  // namespace tapegrad::kernels
