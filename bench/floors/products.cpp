#include <cblas.h>
#include <omp.h>

#include <algorithm>

#include "ops.h"

namespace floors {
namespace {

// c (m, n) = a b, each perhaps stored transposed. Inside a parallel region BLAS uses one thread.
void product(bool ta, bool tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, float* c) {
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1, a, lda, b, ldb,
              0, c, n);
}

}  // namespace

void MatrixProduct::run(const float* a, const float* b, const float* dy) {
  const int n = size_, share = (n + omp_get_max_threads() - 1) / omp_get_max_threads();
#pragma omp parallel for schedule(static)
  for (int begin = 0; begin < n; begin += share) {
    const int rows = std::min(share, n - begin);
    const std::size_t at = std::size_t(begin) * std::size_t(n);
    product(false, false, rows, n, n, a + at, n, b, n, y + at);
    product(false, true, rows, n, n, dy + at, n, b, n, da + at);
    product(true, false, rows, n, n, a + begin, n, dy, n, db + at);
  }
}

void AttentionScores::run(const float* q, const float* k, const float* dy) {
  const int t = tokens_, d = depth_;
  const std::size_t wide = std::size_t(t) * std::size_t(t), narrow = std::size_t(t) * std::size_t(d);
#pragma omp parallel for schedule(static)
  for (std::size_t h = 0; h < heads_; ++h) {
    product(false, true, t, t, d, q + h * narrow, d, k + h * narrow, d, y + h * wide);
    product(false, false, t, d, t, dy + h * wide, t, k + h * narrow, d, dq + h * narrow);
    product(true, false, t, d, t, dy + h * wide, t, q + h * narrow, d, dk + h * narrow);
  }
}

}  // namespace floors
