#include "kernels/pool.h"

#include <algorithm>
#include <limits>

#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {
namespace {

// A row of results against one element of each of their windows. `stride` is a constant where it is not 0.
template <std::size_t stride, class T>
void take_larger(T* y, std::int32_t* places, const T* x, std::int32_t place, std::size_t step, std::size_t count) {
  const std::size_t by = stride ? stride : step;
  for (std::size_t i = 0; i < count; ++i) {
    const T v = x[i * by], best = y[i];
    const bool larger = (places[i] < 0) | (!(v <= best) & (best == best));
    y[i] = larger ? v : best;
    places[i] = larger ? place + static_cast<std::int32_t>(i * by) : places[i];
  }
}

// The results of which the element `k` of the window is inside: from `first`, `count` of them.
struct Inside {
  std::size_t first, count;
  Inside(const PoolWindows& w, std::size_t axis, std::size_t k) {
    const std::size_t at = k * w.dilation[axis], stride = w.stride[axis], before = w.before[axis];
    first = at >= before ? 0 : (before - at + stride - 1) / stride;
    const std::size_t end = before + w.size[axis] > at ? (before + w.size[axis] - at - 1) / stride + 1 : 0;
    const std::size_t last = std::min(end, w.result[axis]);
    count = last > first ? last - first : 0;
  }
};

template <class T>
void row_of_results(T* y, std::int32_t* places, const T* x, std::size_t row, const PoolWindows& w) {
  const std::size_t length = w.result[1];
  std::fill_n(y, length, -std::numeric_limits<T>::infinity());
  std::fill_n(places, length, -1);
  for (std::size_t k = 0; k < w.window[0]; ++k) {
    const std::size_t at = row * w.stride[0] + k * w.dilation[0];
    if (at < w.before[0] || at - w.before[0] >= w.size[0]) continue;
    const std::size_t line = (at - w.before[0]) * w.size[1];
    for (std::size_t j = 0; j < w.window[1]; ++j) {
      const Inside inside(w, 1, j);
      if (inside.count == 0) continue;
      const std::size_t place = line + inside.first * w.stride[1] + j * w.dilation[1] - w.before[1];
      const auto take = w.stride[1] == 1   ? &take_larger<1, T>
                        : w.stride[1] == 2 ? &take_larger<2, T>
                                           : &take_larger<0, T>;
      take(y + inside.first, places + inside.first, x + place, static_cast<std::int32_t>(place), w.stride[1],
           inside.count);
    }
  }
}

}  // namespace

template <class T>
void largest_of_windows(T* y, std::int32_t* places, const T* x, std::size_t count, const PoolWindows& w) {
  const std::size_t results = w.result[0] * w.result[1], elements = w.size[0] * w.size[1];
  const std::size_t work = std::max<std::size_t>(1, results * w.window[0] * w.window[1]);
  parallel(count, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t row = 0; row < w.result[0]; ++row) {
        const std::size_t at = i * results + row * w.result[1];
        row_of_results(y + at, places + at, x + i * elements, row, w);
      }
    }
  }, std::max<std::size_t>(1, 2 * chunk_length / work));
}

template void largest_of_windows(float*, std::int32_t*, const float*, std::size_t, const PoolWindows&);
template void largest_of_windows(double*, std::int32_t*, const double*, std::size_t, const PoolWindows&);

}  // namespace tapegrad::kernels
