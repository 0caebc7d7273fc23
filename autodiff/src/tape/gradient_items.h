// The gradients of tensors inside Gradients, by element type.
#pragma once
#include <utility>

#include "tapegrad/ops.h"
#include "tapegrad/tape/gradients.h"

namespace tapegrad {

/// f(0.f) or f(0.): calls a generic function for the element type of a node.
template <class F>
auto with_type(engine::Dtype dtype, F f) {
  return dtype == engine::Dtype::float32 ? f(0.f) : f(0.);
}

template <Real T>
Tensor<T> held(engine::Node* node) {
  retain(node);
  return Tensor<T>(node);
}

template <Real T>
void Gradients::replace(Item& item, Tensor<T> gradient) {
  release(std::exchange(item.gradient, gradient.take_node().release()));
}

}  // namespace tapegrad
