// The captures of an entry that is a run of scalar statements.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/engine/record.h"

namespace tapegrad {

/// Edges of the tape's scalar log, from the first of the run to past the last.
struct ScalarRun {
  std::size_t begin, end;
};

/// The scalars with a label that a run reads: slot and label, each once.
template <Real T>
std::vector<std::pair<std::uint32_t, std::string>> labels_read(const ScalarLog<T>& log, const ScalarRun& run);
/// The slot of a scalar, 0 for a constant. Throws TapeError for one of another tape.
template <Real T>
std::uint32_t live_slot(const Tape& tape, const Scalar<T>& s);
/// The same number in a slot of its own.
template <Real T>
Scalar<T> alias(const Scalar<T>& s);

}  // namespace tapegrad
