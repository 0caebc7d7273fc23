// Random numbers that are the same with every compiler and standard library.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tapegrad::nn {

/// Counter-based generator Philox 4x32-10 (Salmon et al. 2011), with distributions of its own.
class Random {
 public:
  /// Generators of one seed and different streams draw different numbers.
  explicit Random(std::uint64_t seed = 0, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}
  /// 32 random bits.
  std::uint32_t next();
  /// In [0, 1), 24 random bits.
  double uniform() { return (next() >> 8) * 0x1p-24; }
  /// In [low, high), rounding aside: one rounding, so that no compiler can fuse it otherwise than another.
  double uniform(double low, double high) { return std::fma(high - low, uniform(), low); }
  /// Standard normal (Box and Muller 1958). Its last bits are those of the math library's log and cos.
  double normal();
  /// Numbers 0 to count - 1 in random order (Fisher and Yates).
  std::vector<std::size_t> permutation(std::size_t count);

  /// The four words for one counter and key: the function the generator is built on.
  static std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

 private:
  std::uint64_t seed_, stream_, counter_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

/// The generator of this thread that layers and shuffles draw from unless given another. The main thread draws from
/// stream 0 of the seed; each other thread has the next stream, 1 and on, in the order in which they first ask for
/// it. Where that order is not sure, give a thread Random(seed, stream) with a number of yours.
Random& default_random();
/// On the main thread: restarts the default generators of all threads, and the numbers of their streams. On another:
/// that thread's alone, as Random(seed).
void seed(std::uint64_t seed);

}  // namespace tapegrad::nn
