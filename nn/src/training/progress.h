// The progress of fit: a bar on a terminal, one plain line an epoch elsewhere.
#pragma once
#include <chrono>

#include "tapegrad/nn/training/history.h"
#include "training/means.h"

namespace tapegrad::nn {

class Progress {
 public:
  /// `verbose` as in FitOptions.
  Progress(int verbose, std::size_t epoch, std::size_t epochs, std::size_t batches);
  void batch(const Means& means);
  void epoch(const Scores& scores) const;

 private:
  bool shown_, terminal_;
  std::size_t epoch_, epochs_, batches_, done_ = 0;
  std::chrono::steady_clock::time_point begin_, drawn_;
};

}  // namespace tapegrad::nn
