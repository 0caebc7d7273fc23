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

/// c (m, n) = a (m, k) b (k, n), added to what is there when `accumulate`.
void gemm(Matrix<float> a, Matrix<float> b, float* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate);
void gemm(Matrix<double> a, Matrix<double> b, double* c, std::size_t m, std::size_t n, std::size_t k,
          bool accumulate);

}  // namespace tapegrad::kernels
