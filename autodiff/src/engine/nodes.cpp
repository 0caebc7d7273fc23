#include "engine/nodes.h"

namespace tapegrad::engine {

AnyTensor without_place(Node* node) {
  if (!node) return {};
  Node* view = allocate_view(node, node->shape, 0);
  if (node->dtype == Dtype::float32) return Tensor<float>(view);
  return Tensor<double>(view);
}

NodeHandle filled(const Shape& shape, Dtype dtype, double number) {
  if (dtype == Dtype::float32) return Tensor<float>::full(shape, static_cast<float>(number)).take_node();
  return Tensor<double>::full(shape, number).take_node();
}

}  // namespace tapegrad::engine
