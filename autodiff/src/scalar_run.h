// Scalars seen by slot, for what stands between them and tensors.
#pragma once
#include <span>
#include <string_view>

#include "tapegrad/engine/record.h"
#include "tapegrad/scalar.h"

namespace tapegrad {

/// The captures of a bridge from a tensor: `count` elements from `offset` on are the scalars from slot `first` on.
struct Spread {
  std::uint32_t first, count;
  std::size_t offset;
};
inline bool is_spread(const Entry& entry) { return entry.kind->name == "scalars of tensor"; }
inline Spread spread_of(const Entry& entry) { return *static_cast<Spread*>(const_cast<Entry&>(entry).captures()); }

/// A bridge to a tensor: its elements are the scalars from a slot on.
inline bool is_tensor_of_scalars(const Entry& entry) { return entry.kind->name == "tensor of scalars"; }
inline std::uint32_t first_slot_of_tensor(const Entry& entry) {
  return *static_cast<std::uint32_t*>(const_cast<Entry&>(entry).captures());  // all that its rule holds
}

/// Whether an entry is a run of statements on plain scalars.
inline bool is_run(const Entry& entry) { return entry.kind == &float_run_kind || entry.kind == &double_run_kind; }
/// The slot of a scalar, which counts as read; 0 for a constant. Throws TapeError for one of another tape.
template <Real T>
std::uint32_t live_slot(const ScalarLog<T>& log, const Scalar<T>& s) {
  const ScalarLeaf<T> leaf = s.read();
  if (leaf.slot && !log.parts.alive(leaf.tag, leaf.slot)) fail_stale_scalar();
  return leaf.slot;
}
/// Copies of scalars in slots in a row, of which this is the first. Throws TapeError for one of another tape.
template <Real T>
std::uint32_t in_a_row(ScalarLog<T>& log, std::span<const Scalar<T>> scalars);

/// Element i of a node, whatever its type.
inline double number_in(const Node* node, std::size_t i = 0) {
  if (node->dtype == Dtype::float32) return static_cast<const float*>(node->data)[i];
  return static_cast<const double*>(node->data)[i];
}

[[noreturn]] void fail_recorded(std::string_view what, const Where& where);

}  // namespace tapegrad
