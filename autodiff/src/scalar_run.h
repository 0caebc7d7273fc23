// The captures of an entry that is a run of scalar statements.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/engine/record.h"
#include "tapegrad/scalar.h"

namespace tapegrad {

/// Edges of the tape's scalar log: positions from the first of the run to past the last.
struct ScalarRun {
  std::size_t begin, end;  // the end of the log's last run is where its cursor is
};

/// The scalars with a label that a run reads: slot and label, each once.
template <Real T>
std::vector<std::pair<std::uint32_t, std::string>> labels_read(const ScalarLog<T>& log, const ScalarRun& run);
template <Real T>
ScalarRun edges_of(const Entry& entry, const ScalarLog<T>& log) {
  ScalarRun run = *static_cast<ScalarRun*>(const_cast<Entry&>(entry).captures());
  if (log.run == &entry) run.end = log.position();
  return run;
}

template <Real T>
void close_run(const ScalarLog<T>& log) {
  if (log.run) static_cast<ScalarRun*>(log.run->captures())->end = log.position();
}
template <Real T>
bool is_run(const Entry& entry) {
  return entry.kind->name == "scalars" && entry.dtype == dtype_of<T>;
}

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

[[noreturn]] void fail_recorded(std::string_view what, const Where& where);

}  // namespace tapegrad
