// Derivatives of vectors that belong to numbers, of eigenvalues and singular values, where these may be equal.
#pragma once
#include <cmath>
#include <limits>

#include "ops/matrices.h"

namespace tapegrad::matrices {

/// x (..., n) as rows (..., 1, n), which broadcast over the rows of matrices; and as columns (..., n, 1).
template <Real T>
Tensor<T> as_row(const Tensor<T>& x) {
  return reshape(x, with_last(with_last(leading(x.shape(), 1), 1), x.shape().back(0)));
}
template <Real T>
Tensor<T> as_column(const Tensor<T>& x) {
  return reshape(x, with_last(x.shape(), 1));
}

/// Which pairs of numbers (..., n) in order are equal to rounding; each is equal to itself.
template <Real T>
Mask equal_pairs(const Tensor<T>& numbers) {
  const std::size_t n = numbers.shape().back(0), count = n ? numbers.size() / n : 0;
  Mask same(with_last(numbers.shape(), n));
  for (std::size_t matrix = 0; matrix < count; ++matrix) {
    const T* const x = numbers.data() + matrix * n;
    const T most = std::max(std::abs(x[0]), std::abs(x[n - 1]));
    const T least = most * std::numeric_limits<T>::epsilon() * static_cast<T>(n);
    for (std::size_t i = 0; i < n * n; ++i) {
      same.mutable_data()[matrix * n * n + i] = std::abs(x[i / n] - x[i % n]) <= least;
    }
  }
  return same;
}

/// 1 / (f_j - f_i) of the numbers' f, 0 where they are equal.
template <Real T>
Tensor<T> inverse_gaps(const Tensor<T>& f, const Mask& same) {
  const Tensor<T> gaps = as_row(f) - as_column(f);
  return where(same, Tensor<T>(T(0)), 1 / where(same, Tensor<T>(T(1)), gaps));
}

/// Throws where a matrix of x (..., n, n) is not 0 to rounding between two numbers that are equal.
template <Real T>
void check_separate(std::string_view op, const char* what, const Tensor<T>& x, const Mask& same, const CallSite& site) {
  const std::size_t n = x.shape().back(0), count = n ? x.size() / (n * n) : 0;
  for (std::size_t matrix = 0; matrix < count; ++matrix) {
    const T* const of_one = x.data() + matrix * n * n;
    const bool* const equal = same.data() + matrix * n * n;
    T most = 0;
    for (std::size_t i = 0; i < n * n; ++i) most = std::max(most, std::abs(of_one[i]));
    const T least = most * std::numeric_limits<T>::epsilon() * static_cast<T>(8 * n);
    for (std::size_t i = 0; i < n * n; ++i) {
      if (!equal[i] || i / n == i % n || std::abs(of_one[i]) <= least) continue;
      fail(op, leading(x.shape()), matrix,
           std::string("has equal ") + what + "s, " + std::to_string(std::min(i / n, i % n)) + " and " +
               std::to_string(std::max(i / n, i % n)) + ", whose vectors have no derivative",
           "Use the " + std::string(what) + "s alone, or make the matrix differ a little from one with equal ones",
           site);
    }
  }
}

}  // namespace tapegrad::matrices
