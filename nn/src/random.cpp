#include "tapegrad/nn/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "tapegrad/tape/thread_state.h"

namespace tapegrad::nn {

std::array<std::uint32_t, 4> Random::philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t(0xD2511F53) * c[0], p1 = std::uint64_t(0xCD9E8D57) * c[2];
    c = {std::uint32_t(p1 >> 32) ^ c[1] ^ key[0], std::uint32_t(p1), std::uint32_t(p0 >> 32) ^ c[3] ^ key[1],
         std::uint32_t(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

std::uint32_t Random::next() {
  if (used_ == words_.size()) {
    words_ = philox({std::uint32_t(counter_), std::uint32_t(counter_ >> 32), 0, 0},
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
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t(0));
  for (std::size_t i = count; i > 1; --i) {
    const std::uint64_t bits = std::uint64_t(next()) << 32 | next();
    std::swap(order[i - 1], order[bits % i]);
  }
  return order;
}

Random& default_random() {
  static thread_local Random random;
  return random;
}
void seed(std::uint64_t seed) { default_random() = Random(seed); }

namespace {
[[maybe_unused]] const bool restored = ThreadState::includes<&default_random>();  // when a checkpoint computes again
}

}  // namespace tapegrad::nn
