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

}  // namespace tapegrad::kernels
