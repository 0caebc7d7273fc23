// Factorizations of matrices by LAPACK, each on one thread. Matrices are row-major; LAPACK reads columns, so what it is
// given here are transposes, or copies that were turned.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tapegrad::kernels {

/// a (n, n), row-major, becomes the factors of its transpose: P L U = a^T. False when U has a 0 on its diagonal: then a
/// is singular. pivots: n places, from 1.
template <class T>
bool lu(T* a, std::int32_t* pivots, std::size_t n);
/// b, of which each row (n) is a right-hand side, becomes the solutions of a x = b, or of a^T x = b.
template <class T>
void lu_solve(const T* factors, const std::int32_t* pivots, T* b, std::size_t n, std::size_t count, bool transposed);
/// b, of which each row (n) is a right-hand side, becomes the solutions of a x = b, or of a^T x = b, where a (n, n) is
/// triangular and row-major; the other triangle is not read, and the diagonal is not when it counts as ones.
template <class T>
void triangular_solve(const T* a, T* b, std::size_t n, std::size_t count, bool upper, bool transposed,
                      bool unit_diagonal);
/// a (n, n), symmetric, of which the lower triangle is read, becomes the lower factor l l^T = a, zeros above. Returns
/// the size of the first leading block that is not positive definite, 0 if there is none.
template <class T>
std::size_t cholesky(T* a, std::size_t n);
/// a (m, n), m >= n, given column by column: q in a, column by column, and r (n, n) row by row.
template <class T>
void qr(T* a, T* r, std::size_t m, std::size_t n);
/// a (n, n), symmetric, of which the lower triangle is read: the rows become eigenvectors, of the eigenvalues w in
/// ascending order. False when the iteration did not converge.
template <class T>
bool eigh(T* a, T* w, std::size_t n);
/// a (m, n), row-major, which is overwritten: u (m, k), s (k) in descending order, vt (k, n), where k = min(m, n).
/// False when the iteration did not converge.
template <class T>
bool svd(T* a, T* u, T* s, T* vt, std::size_t m, std::size_t n);

/// y (columns, rows) = x (rows, columns) turned.
template <class T>
void turn(T* y, const T* x, std::size_t rows, std::size_t columns) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
  }
}

}  // namespace tapegrad::kernels
