#include "kernels/gemm.h"

#include <algorithm>
#include <cblas.h>

namespace tapegrad::kernels {
namespace {

void blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
          float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a, int lda, const double* b,
          int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

// A BLAS call costs more than this much work.
constexpr std::size_t small_work = 6144;

template <class T>
void small(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate) {
  const std::size_t a_row = a.transposed ? 1 : k, a_column = a.transposed ? m : 1;
  for (std::size_t i = 0; i < m; ++i) {
    T* row = c + i * n;
    if (!accumulate) std::fill_n(row, n, T(0));
    if (b.transposed) {
      for (std::size_t j = 0; j < n; ++j) {
        T total = 0;
        for (std::size_t p = 0; p < k; ++p) total += a.data[i * a_row + p * a_column] * b.data[j * k + p];
        row[j] += total;
      }
    } else {
      for (std::size_t p = 0; p < k; ++p) {
        const T factor = a.data[i * a_row + p * a_column];
        const T* from = b.data + p * n;
        for (std::size_t j = 0; j < n; ++j) row[j] += factor * from[j];
      }
    }
  }
}

// Bands of rows fixed by the shape, each one single-threaded call: the same bits for every number of threads.
template <class T>
void product(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate) {
  if (m == 0 || n == 0) return;
  if (m * n * k <= small_work) return small(a, b, c, m, n, k, accumulate);
  const std::size_t bands = m * n * k > 262144 ? std::min<std::size_t>(m, 2) : 1;
  const std::size_t rows = (m + bands - 1) / bands;
#pragma omp parallel for schedule(static) if (bands > 1)
  for (std::size_t begin = 0; begin < m; begin += rows) {
    const std::size_t count = std::min(rows, m - begin);
    blas(a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, int(count), int(n), int(k),
         a.data + begin * (a.transposed ? 1 : k), int(a.transposed ? m : k), b.data, int(b.transposed ? k : n),
         accumulate ? T(1) : T(0), c + begin * n, int(n));
  }
}

}  // namespace

void gemm(Matrix<float> a, Matrix<float> b, float* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate) {
  product(a, b, c, m, n, k, accumulate);
}
void gemm(Matrix<double> a, Matrix<double> b, double* c, std::size_t m, std::size_t n, std::size_t k,
          bool accumulate) {
  product(a, b, c, m, n, k, accumulate);
}

}  // namespace tapegrad::kernels
