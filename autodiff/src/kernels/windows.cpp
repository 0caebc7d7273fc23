#include "kernels/windows.h"

#include <algorithm>

#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {

template <class T>
void triangle(T* y, const T* x, std::size_t count, std::size_t rows, std::size_t columns, std::ptrdiff_t offset,
              bool lower) {
  const auto write_rows = [=](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::ptrdiff_t edge = static_cast<std::ptrdiff_t>(row % rows) + offset + lower;  // the right part's first
      const auto left = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(edge, 0, std::ptrdiff_t(columns)));
      T* const to = y + row * columns;
      const T* const from = x + row * columns;
      if (lower) {
        std::copy_n(from, left, to);
        std::fill(to + left, to + columns, T(0));
      } else {
        std::fill_n(to, left, T(0));
        std::copy(from + left, from + columns, to + left);
      }
    }
  };
  if (columns) parallel(count * rows, write_rows, std::max<std::size_t>(1, chunk_length / columns));
}

template <class T>
void fold(T* to, const T* from, const Lines& lines, std::size_t windows, std::size_t size, std::size_t step) {
  constexpr std::size_t most = 512;  // places whose sums are made at once
  const std::size_t length = lines.length, inner = lines.inner;
  const std::size_t segments = (length + most - 1) / most;
  const auto sum_segment = [=](std::size_t block, std::size_t begin, std::size_t k) {
    const std::size_t end = std::min(length, begin + most);
    double sums[most] = {};
    for (std::size_t w = begin < size ? 0 : (begin - size) / step + 1; w < windows && w * step < end; ++w) {
      const T* const window = from + ((block * windows + w) * inner + k) * size;
      const std::size_t low = std::max(begin, w * step), high = std::min(end, w * step + size);
      for (std::size_t p = low; p < high; ++p) sums[p - begin] += double(window[p - w * step]);
    }
    T* const target = to + block * length * inner + k;
    for (std::size_t p = begin; p < end; ++p) target[p * inner] = static_cast<T>(sums[p - begin]);
  };
  const auto sum_some = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      sum_segment(i / inner / segments, i / inner % segments * most, i % inner);
    }
  };
  if (length == 0) return;
  parallel(lines.outer * segments * inner, sum_some, std::max<std::size_t>(1, chunk_length / std::min(length, most)));
}

template void triangle(float*, const float*, std::size_t, std::size_t, std::size_t, std::ptrdiff_t, bool);
template void triangle(double*, const double*, std::size_t, std::size_t, std::size_t, std::ptrdiff_t, bool);
template void fold(float*, const float*, const Lines&, std::size_t, std::size_t, std::size_t);
template void fold(double*, const double*, const Lines&, std::size_t, std::size_t, std::size_t);

}  // namespace tapegrad::kernels
