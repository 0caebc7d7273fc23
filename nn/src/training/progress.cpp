#include "training/progress.h"

#include <unistd.h>

#include <cstdio>

namespace tapegrad::nn {
namespace {

std::string numbers(const Scores& scores) {
  std::string line;
  for (const auto& [name, value] : scores) {
    char cell[64];
    std::snprintf(cell, sizeof cell, "  %s %.4f", name.c_str(), value);
    line += cell;
  }
  return line;
}

}  // namespace

Progress::Progress(int verbose, std::size_t epoch, std::size_t epochs, std::size_t batches)
    : shown_(verbose > 0),
      terminal_(verbose == 1 && isatty(STDOUT_FILENO)),
      epoch_(epoch),
      epochs_(epochs),
      batches_(batches),
      begin_(std::chrono::steady_clock::now()),
      drawn_(begin_) {}

void Progress::batch(const Means& means) {
  ++done_;
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(50)) return;  // drawing must not slow the training
  drawn_ = now;
  constexpr std::size_t width = 24;
  const std::size_t filled = width * done_ / batches_;
  const double left = std::chrono::duration<double>(now - begin_).count() / double(done_) * double(batches_ - done_);
  std::printf("\repoch %zu/%zu  [%s%s] %zu/%zu  %.0f s left%s\033[K", epoch_ + 1, epochs_,
              std::string(filled, '=').c_str(), std::string(width - filled, ' ').c_str(), done_, batches_, left,
              numbers(means.scores()).c_str());
  std::fflush(stdout);
}

void Progress::epoch(const Scores& scores) const {
  if (!shown_) return;
  std::printf("%sepoch %zu/%zu%s\n", terminal_ ? "\r\033[K" : "", epoch_ + 1, epochs_, numbers(scores).c_str());
  std::fflush(stdout);  // whoever reads the pipe sees the epoch when it is over
}

}  // namespace tapegrad::nn
