// A count of checks that failed, and what they say; no test framework, so that a cross compiler needs none.
#pragma once
#include <cmath>
#include <cstdio>
#include <limits>

namespace portability {

inline int failed = 0;

/// Counts and prints a check that did not hold.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  ++failed;
  std::printf("failed: %s\n", what);
}

/// Whether `got` is `expected`, to `steps` of T's last place, of a number of size `terms` where the expected one is
/// smaller: NaN for NaN, the same infinity, and what underflows may be zero.
template <class T>
bool close(T got, long double expected, long double steps, long double terms = 0) {
  const T rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isnan(got)) return std::isnan(rounded) && std::isnan(got);
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got;
  const long double scale = std::fmax(std::fabs(expected), terms) + std::numeric_limits<T>::min();
  return std::fabs(static_cast<long double>(got) - expected) <= steps * std::numeric_limits<T>::epsilon() * scale;
}

template <class T>
void expect_close(const char* what, T at, T got, long double expected, long double steps, long double terms) {
  if (close(got, expected, steps, terms)) return;
  ++failed;
  std::printf("failed: %s of %s at %.9g is %.9g, not %.9Lg\n", what, sizeof(T) == 4 ? "float" : "double", double(at),
              double(got), expected);
}

}  // namespace portability
