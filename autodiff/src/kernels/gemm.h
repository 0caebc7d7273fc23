// Matrix products.
#pragma once
#include <algorithm>
#include <cstddef>

#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {

/// A row-major matrix operand, read transposed when the flag is set. Its rows lie `step` elements apart; 0: one after
/// the other.
template <class T>
struct Matrix {
  const T* data;
  bool transposed = false;
  std::size_t step = 0;
};

/// c (m, n) = a (m, k) b (k, n), added to what is there when `accumulate`, or to `bias` (n) in every row. The rows of c
/// lie `step` elements apart; 0: one after the other. The same bits for every number of threads.
template <class T>
void gemm(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate,
          const T* bias = nullptr, std::size_t step = 0);

/// Below this much work one product is faster than two threads on parts of it.
inline constexpr std::size_t serial_work = 262144;

/// The operands and the place of one product among many.
template <class T>
struct Factors {
  Matrix<T> a, b;
  T* c;
};
/// `count` products of one shape; place(i) is the Factors of product i. A few large ones are split one by one, else the
/// threads share the products; the bits are the same either way.
template <class T, class Place>
void gemm_each(std::size_t count, std::size_t m, std::size_t n, std::size_t k, const Place& place,
               std::size_t step = 0) {
  const std::size_t work = std::max<std::size_t>(m * n * k + m * n, 1);
  auto products = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Factors<T> f = place(i);
      gemm<T>(f.a, f.b, f.c, m, n, k, false, nullptr, step);
    }
  };
  if (work > serial_work && count < 8) return products(0, count);
  parallel(count, products, std::max<std::size_t>(1, serial_work / work));
}

extern template void gemm(Matrix<float>, Matrix<float>, float*, std::size_t, std::size_t, std::size_t, bool,
                          const float*, std::size_t);
extern template void gemm(Matrix<double>, Matrix<double>, double*, std::size_t, std::size_t, std::size_t, bool,
                          const double*, std::size_t);

}  // namespace tapegrad::kernels
