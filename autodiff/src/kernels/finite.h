// Whether numbers are numbers.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tapegrad::kernels {

/// Whether no element is a NaN or infinite.
template <class T>
bool all_finite(const T* x, std::size_t count) {
  return std::all_of(x, x + count, [](T each) { return std::isfinite(each); });
}

}  // namespace tapegrad::kernels
