// The captures of an entry that is a run of scalar statements.
#pragma once
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
/// Runs are told by the address of their name: a custom op may be called "scalars" too.
inline constexpr char run_name[] = "scalars";
inline bool is_run(const Entry& entry) { return entry.kind->name.data() == run_name; }
template <Real T>
bool is_run(const Entry& entry) {
  return is_run(entry) && entry.dtype == dtype_of<T>;
}

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

[[noreturn]] void fail_recorded(std::string_view what, const Where& where);

}  // namespace tapegrad
