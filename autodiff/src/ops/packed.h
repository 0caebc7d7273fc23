// Several results of one op: one vector on the tape, in which they stand one after the other.
#pragma once
#include <array>

#include "tapegrad/ops/shapes.h"

namespace tapegrad {

/// The results in a vector, or in its adjoint or tangent: views, on the tape where it is.
template <Real T, std::size_t N>
std::array<Tensor<T>, N> unpacked(const Tensor<T>& all, const std::array<Shape, N>& shapes, const CallSite& site = {}) {
  std::array<Tensor<T>, N> parts;
  long begin = 0;
  for (std::size_t i = 0; i < N; ++i) {
    const engine::Slices place{{begin, 1, shapes[i].size(), false}};
    parts[i] = reshape(slice(all, place, site), shapes[i], site);
    begin += static_cast<long>(shapes[i].size());
  }
  return parts;
}
template <std::size_t N>
Shape packed_shape(const std::array<Shape, N>& shapes) {
  std::size_t size = 0;
  for (const Shape& shape : shapes) size += shape.size();
  return Shape{size};
}
/// The vector of some parts, such as the tangents of the results.
template <Real T, std::size_t N>
Tensor<T> packed(const std::array<Tensor<T>, N>& parts) {
  std::vector<Tensor<T>> flat;
  for (const Tensor<T>& part : parts) flat.push_back(reshape(part, {part.size()}));
  return concatenate(flat);
}

}  // namespace tapegrad
