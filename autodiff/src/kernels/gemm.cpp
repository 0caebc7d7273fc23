#include "kernels/gemm.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <iostream>
#include <limits>

// xtensor-blas' bindings, which expect the two headers above.
#include <xtensor-blas/xblas_config.hpp>
#include <xflens/cxxblas/cxxblas.cxx>

#include "kernels/blas.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {
namespace {

// A call of BLAS costs more than this much work.
constexpr std::size_t small_work = 6144;

// Where c starts from: zeros, what is there, or the bias.
template <class T>
struct Start {
  bool accumulate;
  const T* bias;
  Lanes<T> of(const T* c, std::size_t column) const {
    return accumulate ? Lanes<T>::load(c) : bias ? Lanes<T>::load(bias + column) : Lanes<T>(T(0));
  }
};

// A product of small matrices: how far apart the rows of b and c lie beside its sizes.
struct Sizes {
  std::size_t m, n, k, b_step, c_step;
};

// `rows` rows of c, a register of columns at a time; b is (k, n). a is read with any strides.
template <std::size_t rows, class T>
void row_block(const T* a, std::size_t row_step, std::size_t column_step, const T* b, T* c, const Sizes& s,
               Start<T> start) {
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t n = s.n, k = s.k, b_step = s.b_step, c_step = s.c_step;
  for (std::size_t j = 0; j < n; j += width) {
    Lanes<T> sum[rows];
    for (std::size_t r = 0; r < rows; ++r) sum[r] = start.of(c + r * c_step + j, j);
    const T *from_a = a, *from_b = b + j;
    for (std::size_t p = 0; p < k; ++p, from_a += column_step, from_b += b_step) {
      const Lanes<T> x = Lanes<T>::load(from_b);
      for (std::size_t r = 0; r < rows; ++r) sum[r] = fma(Lanes<T>(from_a[r * row_step]), x, sum[r]);
    }
    // A register may reach into rows that are still to be stored: then it is stored whole.
    const std::size_t reached = j + width <= n ? 0 : c_step == n && n < width ? (width - 1) / n : rows;
    for (std::size_t r = 0; r < rows; ++r) {
      if (r + reached < rows) sum[r].store(c + r * c_step + j);
      else sum[r].store_part(c + r * c_step + j, n - j);
    }
  }
}

template <class T>
void small_rows(const T* a, std::size_t row_step, std::size_t column_step, const T* b, T* c, const Sizes& s,
                Start<T> start) {
  std::size_t i = 0;
  auto rows = [&]<std::size_t count>(std::integral_constant<std::size_t, count>) {
    for (; i + count <= s.m; i += count) {
      row_block<count>(a + i * row_step, row_step, column_step, b, c + i * s.c_step, s, start);
    }
  };
  rows(std::integral_constant<std::size_t, 8>());
  rows(std::integral_constant<std::size_t, 4>());
  rows(std::integral_constant<std::size_t, 2>());
  rows(std::integral_constant<std::size_t, 1>());
}

// c (m) = a (m, k) b (k): one dot product a row. The elements of b lie one after the other.
template <class T>
void small_dots(const T* a, std::size_t a_step, const T* b, T* c, const Sizes& s, Start<T> start) {
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t whole = s.k / width * width;
  for (std::size_t i = 0; i < s.m; ++i) {
    const T* const row = a + i * a_step;
    T total = start.accumulate ? c[i * s.c_step] : start.bias ? *start.bias : T(0);
    Lanes<T> sum(T(0));
    for (std::size_t p = 0; p < whole; p += width) sum = fma(Lanes<T>::load(row + p), Lanes<T>::load(b + p), sum);
    if (whole) total += sum.total();
    for (std::size_t p = whole; p < s.k; ++p) total = std::fma(row[p], b[p], total);
    c[i * s.c_step] = total;
  }
}

template <class T>
void small(Matrix<T> a, Matrix<T> b, T* c, const Sizes& s, Start<T> start) {
  const auto [m, n, k, b_step, c_step] = s;
  if (n == 1 && (b.transposed || b_step == 1 || k == 1)) {
    if (!a.transposed) return small_dots(a.data, a.step, b.data, c, s, start);
    if (!start.bias && c_step == 1) {  // c^T = b^T a^T, one row
      return small_rows(b.data, 1, 1, a.data, c, {1, m, k, a.step, m}, start);
    }
  }
  const std::size_t row_step = a.transposed ? 1 : a.step, column_step = a.transposed ? a.step : 1;
  if (!b.transposed || (k == 1 && b_step == 1)) return small_rows(a.data, row_step, column_step, b.data, c, s, start);
  T turned[small_work + 64 / sizeof(T)];
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t p = 0; p < k; ++p) turned[p * n + j] = b.data[j * b_step + p];
  }
  small_rows(a.data, row_step, column_step, turned, c, {m, n, k, n, c_step}, start);
}

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
          const T* bias, std::size_t step) {
  if (m == 0 || n == 0) return;
  const std::size_t lda = a.step ? a.step : a.transposed ? m : k, ldb = b.step ? b.step : b.transposed ? k : n;
  const std::size_t ldc = step ? step : n;
  if (m * n * k <= small_work) {
    return small<T>({a.data, a.transposed, lda}, b, c, {m, n, k, ldb, ldc}, {accumulate, bias});
  }
  if (bias) {
    for (std::size_t row = 0; row < m; ++row) std::copy_n(bias, n, c + row * ldc);
    accumulate = true;
  }
  if (m * n * k <= serial_work) return tile(a, b, c, m, n, k, lda, ldb, ldc, accumulate);
  const bool along_rows = m >= n;
  const std::size_t length = along_rows ? m : n;
  const std::size_t tiles = std::clamp<std::size_t>(length / 256, 2, 64);
  const std::size_t unit = length > 64 ? 16 : 1;
  const std::size_t rows = (length + tiles - 1) / tiles + unit - 1;
  parallel(length, [=](std::size_t begin, std::size_t end) {
    const std::size_t count = end - begin;
    if (along_rows) {
      tile<T>({a.data + begin * (a.transposed ? 1 : lda), a.transposed}, b, c + begin * ldc, count, n, k, lda, ldb, ldc,
              accumulate);
    } else {
      tile<T>(a, {b.data + begin * (b.transposed ? ldb : 1), b.transposed}, c + begin, m, count, k, lda, ldb, ldc,
              accumulate);
    }
  }, rows / unit * unit);
}

template void gemm(Matrix<float>, Matrix<float>, float*, std::size_t, std::size_t, std::size_t, bool, const float*,
                   std::size_t);
template void gemm(Matrix<double>, Matrix<double>, double*, std::size_t, std::size_t, std::size_t, bool, const double*,
                   std::size_t);

}  // namespace tapegrad::kernels
