#include "tapegrad/nn/random.h"

#include <atomic>
#include <cmath>
#include <mutex>
#include <numbers>
#include <numeric>
#include <thread>

#include "tapegrad/engine/memory.h"
#include "tapegrad/ops/random.h"
#include "tapegrad/tape/thread_state.h"

namespace tapegrad::nn {

std::array<std::uint32_t, 4> Random::philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  return engine::philox(counter, key);
}

std::uint32_t Random::next() {
  if (used_ == words_.size()) {
    words_ = philox(
        {std::uint32_t(counter_), std::uint32_t(counter_ >> 32), std::uint32_t(stream_), std::uint32_t(stream_ >> 32)},
        {std::uint32_t(seed_), std::uint32_t(seed_ >> 32)});
    ++counter_;
    used_ = 0;
  }
  return words_[used_++];
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform())), angle = 2 * std::numbers::pi * uniform();
  return radius * std::cos(angle);
}

std::vector<std::size_t> Random::permutation(std::size_t count) {
  auto order = engine::named_memory_error("permutation", "the order of " + std::to_string(count) + " rows", CallSite{},
                                          [&] { return std::vector<std::size_t>(count); });
  std::iota(order.begin(), order.end(), std::size_t(0));
  for (std::size_t i = count; i > 1; --i) {
    const std::uint64_t bits = std::uint64_t(next()) << 32 | next();
    std::swap(order[i - 1], order[bits % i]);
  }
  return order;
}

namespace {

// The seed of all threads. `round` says how often it was set, so that each thread sees that it must begin again.
struct Streams {
  std::mutex mutex;
  std::uint64_t seed = 0, next = 1;
  std::atomic<std::uint64_t> round{1};
};
Streams& streams() {
  static Streams all;
  return all;
}
const std::thread::id main_thread = std::this_thread::get_id();  // that loaded the library
thread_local std::uint64_t my_round = 0;
thread_local Random my_random;

bool on_main_thread() { return std::this_thread::get_id() == main_thread; }

}  // namespace

Random& default_random() {
  Streams& all = streams();
  if (my_round != all.round.load(std::memory_order_acquire)) {
    std::lock_guard lock(all.mutex);
    my_round = all.round.load(std::memory_order_relaxed);
    my_random = Random(all.seed, on_main_thread() ? 0 : all.next++);
  }
  return my_random;
}

void seed(std::uint64_t seed) {
  if (!on_main_thread()) {
    default_random() = Random(seed);
    return;
  }
  Streams& all = streams();
  std::lock_guard lock(all.mutex);
  all.seed = seed;
  all.next = 1;
  all.round.fetch_add(1, std::memory_order_release);
}

namespace {
[[maybe_unused]] const bool restored = ThreadState::includes<&default_random>();  // when a checkpoint computes again
}

}  // namespace tapegrad::nn
