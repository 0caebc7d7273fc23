// Matrix products.
#pragma once
#include <cstddef>

namespace tapegrad::kernels {

/// A row-major matrix operand, read transposed when the flag is set.
template <class T>
struct Matrix {
  const T* data;
  bool transposed = false;
};

/// c (m, n) = a (m, k) b (k, n), added to what is there when `accumulate`, or to `bias` (n) in every row. The same bits
/// for every number of threads.
template <class T>
void gemm(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate,
          const T* bias = nullptr);

extern template void gemm(Matrix<float>, Matrix<float>, float*, std::size_t, std::size_t, std::size_t, bool,
                          const float*);
extern template void gemm(Matrix<double>, Matrix<double>, double*, std::size_t, std::size_t, std::size_t, bool,
                          const double*);

}  // namespace tapegrad::kernels
