// What the files of ops on two tensors share: broadcasting, and one pass over both.
#pragma once
#include "tapegrad/engine/strided.h"
#include "tapegrad/engine/record.h"

namespace tapegrad {

/// y = f(a, b) into y, which has the shape that a and b broadcast to.
template <Real T, class F>
void map_pair(Tensor<T>& y, const Tensor<T>& a, const Tensor<T>& b, const F& f) {
  using Array = std::pair<const T*, const Shape*>;
  if (a.shape() == y.shape() && b.shape() == y.shape()) {
    kernels::map(y.mutable_data(), y.size(), f, a.data(), b.data());
  } else {
    kernels::map_broadcast(y.mutable_data(), y.shape(), f, Array(a.data(), &a.shape()), Array(b.data(), &b.shape()));
  }
}

}  // namespace tapegrad
