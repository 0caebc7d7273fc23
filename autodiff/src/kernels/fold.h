// What a carry is at the end of every line along the middle one of three axes.
#pragma once
#include "kernels/scan.h"

namespace tapegrad::kernels {

/// Of a row, in eight parts that are joined, so that no step waits for the one before.
template <class Carry, class T>
Carry fold_row(const T* x, std::size_t length) {
  std::array<Carry, 8> carries;
  carries.fill(Carry());
  const std::size_t each = length / carries.size();
  T* const nowhere = nullptr;
  advance<1, false>(carries.data(), carries.size(), static_cast<std::ptrdiff_t>(each), each, nowhere, x);
  advance<1, false>(&carries.back(), 1, 0, length - carries.size() * each, nowhere, x + carries.size() * each);
  for (std::size_t i = 1; i < carries.size(); ++i) carries[0].join(carries[i]);
  return carries[0];
}

/// y = carry.value() at the end of every line of x. Long lines are cut, and the carries of their parts joined.
template <class Carry, class T>
void fold(T* y, const Lines& lines, const T* x) {
  const std::size_t outer = lines.outer, length = lines.length, inner = lines.inner;
  if (outer * inner == 0) return;
  const std::size_t segment = std::max<std::size_t>(1, 4 * chunk_length / inner);
  const std::size_t segments = std::max<std::size_t>(1, (length + segment - 1) / segment);
  std::vector<Carry, engine::PoolAllocator<Carry>> parts(outer * segments * inner);
  parallel(outer * segments, [=, &parts](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t first = task % segments * segment, count = std::min(segment, length - first);
      const T* from = x + (task / segments * length + first) * inner;
      if (inner == 1) parts[task] = fold_row<Carry>(from, count);
      else carry_neighbours(&parts[task * inner], inner, count, static_cast<std::ptrdiff_t>(inner), from);
    }
  }, std::max<std::size_t>(1, chunk_length / std::max<std::size_t>(1, std::min(segment, length) * inner)));
  for (std::size_t i = 0; i < outer; ++i) {
    for (std::size_t k = 0; k < inner; ++k) {
      Carry total = parts[i * segments * inner + k];
      for (std::size_t part = 1; part < segments; ++part) total.join(parts[(i * segments + part) * inner + k]);
      y[i * inner + k] = total.value();
    }
  }
}

}  // namespace tapegrad::kernels
