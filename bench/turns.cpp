#include "turns.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "peers/protocol.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Times summary(std::vector<double>& samples) {
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples.front()};
}

/// How many calls fill a sample; 0 when there is nothing to run. Warms up on the way.
long calls_in_a_sample(const Timed& contestant, double sample) {
  double least = 0;
  for (int i = 0; i < 4; ++i) {
    const std::optional<double> once = contestant.microseconds(1);
    if (!once) return 0;
    least = i == 0 ? *once : std::min(least, *once);
  }
  return std::max(1L, long(sample / std::max(least, 0.01)));
}

}  // namespace

std::vector<std::optional<Times>> in_turns(const std::vector<Timed>& contestants, const Turns& options) {
  std::vector<long> calls;
  for (const Timed& contestant : contestants) calls.push_back(calls_in_a_sample(contestant, options.sample));
  std::vector<std::vector<double>> samples(contestants.size());
  const double most = options.seconds * double(contestants.size());
  const auto begin = Clock::now();
  for (int round = 0; round < options.least_rounds || seconds_since(begin) < most; ++round) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      if (calls[i] == 0) continue;
      if (options.settle) std::this_thread::sleep_for(std::chrono::milliseconds(15));
      const std::optional<double> taken = contestants[i].microseconds(calls[i]);
      if (taken)
        samples[i].push_back(*taken / double(calls[i]));
      else
        calls[i] = 0;
    }
  }
  std::vector<std::optional<Times>> result;
  for (auto& each : samples) result.push_back(each.empty() ? std::nullopt : std::optional(summary(each)));
  return result;
}

Times alone(const std::function<void()>& work, double seconds) {
  const Timed timed{"", [&work](long count) { return std::optional(microseconds(work, count)); }};
  return *in_turns({timed}, {.seconds = seconds, .least_rounds = 3, .sample = 500}).front();
}

}  // namespace bench
