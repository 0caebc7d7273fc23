// Scalars seen by slot, for what stands between them and tensors.
#pragma once
#include <string_view>

#include "tapegrad/engine/record.h"
#include "tapegrad/scalar.h"

namespace tapegrad {

/// The slot of a scalar, which counts as read; 0 for a constant. Throws TapeError for one of another tape.
template <Real T>
std::uint32_t live_slot(const ScalarLog<T>& log, const Scalar<T>& s) {
  const ScalarLeaf<T> leaf = s.read();
  if (leaf.slot && !log.parts.alive(leaf.tag, leaf.slot)) fail_stale_scalar();
  return leaf.slot;
}
/// The same number in a slot of its own.
template <Real T>
Scalar<T> alias(const Scalar<T>& s);

/// The number that a node of one element holds, whatever its type.
inline double number_in(const Node* node) {
  return node->dtype == Dtype::float32 ? *static_cast<const float*>(node->data) : *static_cast<const double*>(node->data);
}

[[noreturn]] void fail_recorded(std::string_view what, const Where& where);

}  // namespace tapegrad
