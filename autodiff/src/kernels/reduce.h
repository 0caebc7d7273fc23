// Sums and extremes. Fixed chunks and a fixed tree: the same bits for every number of threads.
#pragma once
#include <algorithm>
#include <vector>

#include "kernels/parallel.h"

namespace tapegrad::kernels {

template <class T>
T sum_chunk(const T* x, std::size_t count) {
  T lanes[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (std::size_t j = 0; j < 16; ++j) lanes[j] += x[i + j];
  }
  for (std::size_t j = 0; i < count; ++i, ++j) lanes[j] += x[i];
  for (std::size_t width = 8; width; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) lanes[j] += lanes[j + width];
  }
  return lanes[0];
}

/// The sum of all elements.
template <class T>
T sum(const T* x, std::size_t count) {
  constexpr std::size_t chunk = 16384;
  if (count <= chunk) return sum_chunk(x, count);
  std::vector<T> parts((count + chunk - 1) / chunk);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = sum_chunk(x + i * chunk, std::min(chunk, count - i * chunk));
  return sum(parts.data(), parts.size());
}

}  // namespace tapegrad::kernels
