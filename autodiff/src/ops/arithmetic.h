// What the files of ops on two tensors share: broadcasting, and one pass over both.
#pragma once
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/engine/record.h"

namespace tapegrad {
using namespace engine;

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

/// f(g, k) element by element in a rule that is not recorded, over g where nobody else holds it. Of equal shapes.
template <Real T, class F>
Tensor<T> map_adjoint(Tensor<T> g, const Tensor<T>& k, const F& f) {
  const T* from = g.data();
  Tensor<T> d = overwritable(g.node()) ? std::move(g) : Tensor<T>::empty(g.shape());
  kernels::map(d.mutable_data(), d.size(), f, from, k.data());
  return d;
}

}  // namespace tapegrad
