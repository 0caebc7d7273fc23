#include "kernels/gemm.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <iostream>
#include <limits>
#include <omp.h>

// xtensor-blas' bindings, which expect the two headers above.
#include <xtensor-blas/xblas_config.hpp>
#include <xflens/cxxblas/cxxblas.cxx>

#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {
namespace {

// A call of BLAS costs more than this much work.
constexpr std::size_t small_work = 6144;
// Below this much work one tile is faster than two threads.
constexpr std::size_t serial_work = 262144;

// Where c starts from: zeros, what is there, or the bias.
template <class T>
struct Start {
  bool accumulate;
  const T* bias;
  Lanes<T> of(const T* c, std::size_t column) const {
    return accumulate ? Lanes<T>::load(c) : bias ? Lanes<T>::load(bias + column) : Lanes<T>(T(0));
  }
};

// `rows` rows of c, a register of columns at a time; b is (k, n). a is read with any strides.
template <std::size_t rows, class T>
void row_block(const T* a, std::size_t row_step, std::size_t column_step, const T* b, T* c, std::size_t n,
               std::size_t k, Start<T> start) {
  constexpr std::size_t width = Lanes<T>::count;
  for (std::size_t j = 0; j < n; j += width) {
    Lanes<T> sum[rows];
    for (std::size_t r = 0; r < rows; ++r) sum[r] = start.of(c + r * n + j, j);
    for (std::size_t p = 0; p < k; ++p) {
      const Lanes<T> x = Lanes<T>::load(b + p * n + j);
      for (std::size_t r = 0; r < rows; ++r) sum[r] = fma(Lanes<T>(a[r * row_step + p * column_step]), x, sum[r]);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      if (j + width <= n) sum[r].store(c + r * n + j);
      else sum[r].store_part(c + r * n + j, n - j);
    }
  }
}

template <class T>
void small_rows(const T* a, std::size_t row_step, std::size_t column_step, const T* b, T* c, std::size_t m,
                std::size_t n, std::size_t k, Start<T> start) {
  std::size_t i = 0;
  for (; i + 8 <= m; i += 8) row_block<8>(a + i * row_step, row_step, column_step, b, c + i * n, n, k, start);
  for (; i < m; ++i) row_block<1>(a + i * row_step, row_step, column_step, b, c + i * n, n, k, start);
}

// c (m) = a (m, k) b (k): one dot product a row.
template <class T>
void small_dots(const T* a, const T* b, T* c, std::size_t m, std::size_t k, Start<T> start) {
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t whole = k / width * width;
  for (std::size_t i = 0; i < m; ++i) {
    T total = start.accumulate ? c[i] : start.bias ? *start.bias : T(0);
    Lanes<T> sum(T(0));
    for (std::size_t p = 0; p < whole; p += width) sum = fma(Lanes<T>::load(a + i * k + p), Lanes<T>::load(b + p), sum);
    if (whole) total += sum.total();
    for (std::size_t p = whole; p < k; ++p) total = std::fma(a[i * k + p], b[p], total);
    c[i] = total;
  }
}

template <class T>
void small(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, Start<T> start) {
  if (n == 1 && !a.transposed) return small_dots(a.data, b.data, c, m, k, start);
  if (n == 1 && !start.bias) return small_rows(b.data, 1, 1, a.data, c, 1, m, k, start);  // c^T = b^T a^T, one row
  const std::size_t row_step = a.transposed ? 1 : k, column_step = a.transposed ? m : 1;
  if (!b.transposed || k == 1 || n == 1) return small_rows(a.data, row_step, column_step, b.data, c, m, n, k, start);
  T turned[small_work + 64 / sizeof(T)];
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t p = 0; p < k; ++p) turned[p * n + j] = b.data[j * k + p];
  }
  small_rows(a.data, row_step, column_step, turned, c, m, n, k, start);
}

// Within its life, OpenBLAS works on this thread alone. The setting is OpenMP's for one thread, not BLAS's for all, so
// that the program's own calls of BLAS are as they were.
class BlasOnOneThread {
 public:
  BlasOnOneThread() {
    if (before_ > 1) omp_set_num_threads(1);
  }
  ~BlasOnOneThread() {
    if (before_ > 1) omp_set_num_threads(before_);
  }
  BlasOnOneThread(const BlasOnOneThread&) = delete;
  BlasOnOneThread& operator=(const BlasOnOneThread&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

template <class T>
void blas(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, std::size_t lda,
          std::size_t ldb, std::size_t ldc, bool accumulate) {
  auto turn = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
  const BlasOnOneThread alone;
  cxxblas::gemm(cxxblas::RowMajor, turn(a.transposed), turn(b.transposed), int(m), int(n), int(k), T(1), a.data,
                int(lda), b.data, int(ldb), accumulate ? T(1) : T(0), c, int(ldc));
}

// The longest that an int of BLAS can say.
constexpr std::size_t longest = std::numeric_limits<int>::max();

// The same in parts that BLAS has numbers for: no side is longer than `most`, and an operand whose rows lie further
// apart than that is read one row at a time, so that the distance is never used.
template <class T>
void blas_in_parts(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, std::size_t lda,
                   std::size_t ldb, std::size_t ldc, bool accumulate, std::size_t most = longest) {
  const bool far_a = lda > most, far_b = ldb > most;
  const std::size_t rows = (far_a && !a.transposed) || ldc > most ? 1 : most;
  const std::size_t columns = far_b && b.transposed ? 1 : most;
  const std::size_t inner = (far_a && a.transposed) || (far_b && !b.transposed) ? 1 : most;
  for (std::size_t i = 0; i < m; i += rows) {
    for (std::size_t j = 0; j < n; j += columns) {
      for (std::size_t p = 0; p < k; p += inner) {
        const T* from_a = a.data + (a.transposed ? p * lda + i : i * lda + p);
        const T* from_b = b.data + (b.transposed ? j * ldb + p : p * ldb + j);
        blas<T>({from_a, a.transposed}, {from_b, b.transposed}, c + i * ldc + j, std::min(rows, m - i),
                std::min(columns, n - j), std::min(inner, k - p), std::min(lda, most), std::min(ldb, most),
                std::min(ldc, most), accumulate || p > 0);
      }
    }
  }
}

// c (m, n) from one call of BLAS, if its ints are long enough.
template <class T>
void tile(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, std::size_t lda,
          std::size_t ldb, std::size_t ldc, bool accumulate) {
  const bool fits = std::max({m, n, k, lda, ldb, ldc}) <= longest;
  return fits ? blas(a, b, c, m, n, k, lda, ldb, ldc, accumulate)
              : blas_in_parts(a, b, c, m, n, k, lda, ldb, ldc, accumulate);
}

}  // namespace

// Large products are cut into tiles along the longer side of c. The shape alone decides the tiles, each is one call of
// BLAS on one thread: the same bits for every number of threads.
template <class T>
void gemm(Matrix<T> a, Matrix<T> b, T* c, std::size_t m, std::size_t n, std::size_t k, bool accumulate,
          const T* bias) {
  if (m == 0 || n == 0) return;
  if (m * n * k <= small_work) return small(a, b, c, m, n, k, Start<T>{accumulate, bias});
  if (bias) {
    for (std::size_t row = 0; row < m; ++row) std::copy_n(bias, n, c + row * n);
    accumulate = true;
  }
  const std::size_t lda = a.transposed ? m : k, ldb = b.transposed ? k : n;
  if (m * n * k <= serial_work) return tile(a, b, c, m, n, k, lda, ldb, n, accumulate);
  const bool along_rows = m >= n;
  const std::size_t length = along_rows ? m : n;
  const std::size_t tiles = std::clamp<std::size_t>(length / 256, 2, 64);
  const std::size_t unit = length > 64 ? 16 : 1;
  const std::size_t step = ((length + tiles - 1) / tiles + unit - 1) / unit * unit;
  parallel(length, [=](std::size_t begin, std::size_t end) {
    const std::size_t count = end - begin;
    if (along_rows) {
      tile<T>({a.data + begin * (a.transposed ? 1 : k), a.transposed}, b, c + begin * n, count, n, k, lda, ldb, n,
              accumulate);
    } else {
      tile<T>(a, {b.data + begin * (b.transposed ? k : 1), b.transposed}, c + begin, m, count, k, lda, ldb, n,
              accumulate);
    }
  }, step);
}

template void gemm(Matrix<float>, Matrix<float>, float*, std::size_t, std::size_t, std::size_t, bool, const float*);
template void gemm(Matrix<double>, Matrix<double>, double*, std::size_t, std::size_t, std::size_t, bool,
                   const double*);

}  // namespace tapegrad::kernels
