// Timing in turns: every round gives each contestant one sample, so that a slow minute of the machine hits them all.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Times {
  double median = 0, minimum = 0;
};

struct Timed {
  std::string name;
  /// Microseconds of so many calls, after one untimed call; nothing if it cannot be run.
  std::function<std::optional<double>(long count)> microseconds;
};

struct Turns {
  double seconds = 1;  ///< of timed work, for each contestant
  int least_rounds = 15;
  double sample = 2000;  ///< microseconds that one sample should take at least
  bool settle = false;   ///< before each turn, let the threads of the one before, which may wait in a spin, go to sleep
};

/// The times of one call of each, in their order; nothing for those that cannot be run.
std::vector<std::optional<Times>> in_turns(const std::vector<Timed>& contestants, const Turns& options);

/// The times of one call of work, alone.
Times alone(const std::function<void()>& work, double seconds);

}  // namespace bench
