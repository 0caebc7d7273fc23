// Stands in for <tapegrad/fuse.h> until the library has it: the same results, one op at a time. To be deleted then.
#pragma once
#include <tapegrad/ops.h>

namespace tapegrad {

template <class F, Real T, class... Rest>
Tensor<T> fuse(F f, const Tensor<T>& x, const Rest&... rest) {
  return f(x, rest...);
}
template <class F, Real T, class... Rest>
Tensor<T> fuse_sum(F f, const Tensor<T>& x, const Rest&... rest) {
  return sum(f(x, rest...));
}

}  // namespace tapegrad
