// Masks and indices in another shape.
#pragma once
#include <algorithm>
#include <cstddef>

#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// The same elements, as many times after each other as the shape holds them.
template <class V>
Choice<V> repeated(const Choice<V>& elements, const Shape& shape) {
  Choice<V> result(shape);
  const std::size_t times = elements.size() == 0 ? 0 : shape.size() / elements.size();
  for (std::size_t i = 0; i < times; ++i) {
    std::copy_n(elements.data(), elements.size(), result.mutable_data() + i * elements.size());
  }
  return result;
}
/// The same elements in another shape of as many.
template <class V>
Choice<V> reshaped(const Choice<V>& elements, const Shape& shape) {
  return repeated(elements, shape);
}

}  // namespace tapegrad
