// What a peer speaks. It is a program of its own, so that its thread pool, BLAS and allocator do not meet ours, and it
// still takes turns with ours in one run. One request a line on its standard input, one answer a line:
//   CASE COUNT   one untimed call of the case, then COUNT timed ones: the microseconds of these, or "none"
//   peak         the most memory it has held so far, in KiB
#pragma once
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace bench {

/// Microseconds of `count` calls, after one that warms the caches.
inline double microseconds(const std::function<void()>& work, long count) {
  work();
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < count; ++i) work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

/// The most memory this process has held since it became this program, in KiB (getrusage counts its parent's too).
inline long peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  return 0;
}

/// Makers of the work of each case, by its name; one is called when its case is first asked for.
using Makers = std::map<std::string, std::function<std::function<void()>()>>;

/// Answers requests until the input ends.
inline int serve(const Makers& makers) {
  std::map<std::string, std::function<void()>> made;
  for (std::string word; std::cin >> word;) {
    if (word == "peak") {
      std::cout << peak_memory() << std::endl;
      continue;
    }
    long count = 0;
    std::cin >> count;
    const auto maker = makers.find(word);
    if (maker == makers.end()) {
      std::cout << "none" << std::endl;
      continue;
    }
    auto& work = made[word];
    if (!work) work = maker->second();
    std::cout << microseconds(work, count) << std::endl;
  }
  return 0;
}

}  // namespace bench
