// The largest element of each window of pictures.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace tapegrad::kernels {

/// Windows of one picture; axes are (height, width), that of a signal has a height of 1.
struct PoolWindows {
  using Lengths = std::array<std::size_t, 2>;
  Lengths size, window, result, stride, dilation, before;
};

/// y and places, `count` pictures of `result`: the first largest element of each window, where a NaN is the largest,
/// and its number in the picture. Each window holds an element of x (count, size).
template <class T>
void largest_of_windows(T* y, std::int32_t* places, const T* x, std::size_t count, const PoolWindows& windows);

}  // namespace tapegrad::kernels
