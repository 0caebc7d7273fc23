// Scalars seen by slot, for what stands between them and tensors.
#pragma once
#include <span>
#include <string_view>

#include "tapegrad/engine/record.h"
#include "tapegrad/engine/scalars/rule.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad::engine {

/// The captures of a bridge from a tensor: `count` elements from `offset` on are the scalars from slot `first` on.
struct Spread {
  std::uint32_t first, count;
  std::size_t offset;
};
bool is_spread(const Entry& entry);
inline Spread spread_of(const Entry& entry) { return *static_cast<Spread*>(const_cast<Entry&>(entry).captures()); }

/// A bridge to a tensor: its elements are the scalars from a slot on.
bool is_tensor_of_scalars(const Entry& entry);
inline std::uint32_t first_slot_of_tensor(const Entry& entry) {
  return *static_cast<std::uint32_t*>(const_cast<Entry&>(entry).captures());  // all that its rule holds
}

/// Whether an entry is a run of statements on plain scalars.
inline bool is_run(const Entry& entry) { return entry.kind == &float_run_kind || entry.kind == &double_run_kind; }

/// The adjoints or the tangents of all scalars, by slot, in a Sweep or a Push.
template <Real T, class Way>
T* slots(const Way& way) {
  if constexpr (std::is_same_v<T, float>) return way.scalars32->by_slot.data();
  else return way.scalars64->by_slot.data();
}

/// Copies of scalars in slots in a row, of which this is the first. Throws TapeError for one of another tape.
template <Real T>
std::uint32_t in_a_row(ScalarLog<T>& log, std::span<const Scalar<T>> scalars);

/// Element i of a node, whatever its type.
inline double number_in(const Node* node, std::size_t i = 0) {
  if (node->dtype == Dtype::float32) return static_cast<const float*>(node->data)[i];
  return static_cast<const double*>(node->data)[i];
}

}  // namespace tapegrad::engine
