// Elementwise kernels over arrays, a register at a time. f takes and gives Lanes<T>.
// Arrays may be read, and those of their own written, up to a register past their end: every block has that room.
#pragma once
#include <algorithm>
#include <vector>

#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {

/// y[i] = f(x[i], ...), y a whole block or one of the x.
template <class T, class F, class... X>
void map(T* y, std::size_t count, const F& f, const X*... x) {
  if (count <= Lanes<T>::count) return f(Lanes<T>::load(x)...).store(y);
  parallel(count, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += Lanes<T>::count) f(Lanes<T>::load(x + i)...).store(y + i);
  });
}

/// The sum of f(begin, end) over chunks of [0, count), in a fixed order.
template <class T, class F>
T sum_of_chunks(std::size_t count, const F& f) {
  if (count <= chunk_length) return f(std::size_t(0), count);
  std::vector<T, engine::PoolAllocator<T>> parts((count + chunk_length - 1) / chunk_length);
  parallel(count, [&](std::size_t begin, std::size_t end) { parts[begin / chunk_length] = f(begin, end); });
  T total = 0;
  for (const T part : parts) total += part;
  return total;
}

}  // namespace tapegrad::kernels
