// The captures of an entry that is a run of scalar statements.
#pragma once
#include "tapegrad/engine/record.h"

namespace tapegrad {

/// Edges of the tape's scalar log, from the first of the run to past the last.
struct ScalarRun {
  std::size_t begin, end;
};

}  // namespace tapegrad
