// What ops share whose results are made of places of their input.
#pragma once
#include "kernels/pick.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {
using namespace engine;
using kernels::Picks, kernels::Runs;

/// All places of all axes.
inline Picks all_places(const Shape& shape) {
  Picks picks(shape.rank());
  for (std::size_t i = 0; i < shape.rank(); ++i) picks[i].push_back({0, 1, shape[i]});
  return picks;
}

/// The elements of x whose places along each axis are picked, `number` where there is none.
template <Real T, std::size_t N>
Tensor<T> picked(const Inputs<N>& in, const Tensor<T>& x, const Picks& picks, double number, std::string_view op,
                 const CallSite& site) {
  ShortVector<std::size_t, 8> shape;
  for (const Runs& runs : picks) shape.push_back(kernels::length_of(runs));
  Tensor<T> y = in.template output<T>(Shape(shape, op, site));
  kernels::pick(y.mutable_data(), x.data(), x.shape(), picks, static_cast<T>(number));
  return y;
}

/// Of each place of an array of that shape, the sum of g over where it was picked.
template <Real T, std::size_t N>
Tensor<T> sums_of_picked(const Inputs<N>& in, const Tensor<T>& g, const Picks& picks, const Shape& full) {
  Tensor<T> from = constant(g);
  std::size_t inner = 1, outer = g.size();
  for (std::size_t i = full.rank(); i-- > 0; inner *= full[i]) {
    const std::size_t length = kernels::length_of(picks[i]);
    outer = 1;
    for (std::size_t k = 0; k < i; ++k) outer *= g.shape()[k];
    if (kernels::takes_all(picks[i], full[i])) continue;
    Tensor<T> to = Tensor<T>::empty({outer * full[i] * inner});
    if (length) kernels::sum_picked(to.mutable_data(), from.data(), outer, full[i], inner, picks[i]);
    else std::fill_n(to.mutable_data(), to.size(), T(0));
    from = to;
  }
  return in.view_of(from, full, 0);
}

}  // namespace tapegrad
