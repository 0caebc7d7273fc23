// Linear systems, inverses and determinants of square matrices (..., n, n), by LAPACK. Leading axes are a batch: every
// matrix by itself; where there are several operands they broadcast. A matrix is called singular where its factors have
// an exact 0 on the diagonal, as in NumPy: one that is nearly so gives large numbers and no error.
// Derivatives: Giles, An extended collection of matrix derivative results (2008); of least squares and pinv: Golub and
// Pereyra (1973); of Cholesky's factor: Murray, Differentiation of the Cholesky decomposition (2016).
#pragma once
#include <limits>
#include <optional>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// The x of a x = b: a (..., n, n) and b (..., n, k), or b (n) as one column. Rules use the factors of a once more.
/// Throws ShapeError when shapes do not fit, DomainError for a singular a.
template <Real T>
Tensor<T> solve(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());

struct TriangularOptions {
  bool upper = false;          ///< which triangle of a is read; the other one may hold anything
  bool transposed = false;     ///< solve a^T x = b
  bool unit_diagonal = false;  ///< the diagonal counts as ones and is not read
};
/// The same for a triangular a, by substitution. Throws DomainError for a 0 on the diagonal.
template <Real T>
Tensor<T> solve_triangular(const Tensor<T>& a, const Tensor<T>& b, TriangularOptions options = {},
                           CallSite site = CallSite::current());

/// The inverse of each matrix. To multiply by it, solve(a, b) is faster and more accurate. Throws DomainError for a
/// singular one.
template <Real T>
Tensor<T> inv(const Tensor<T>& a, CallSite site = CallSite::current());

/// The determinant of each matrix, (...); 1 of a (0, 0) one. A singular one has the determinant 0; its derivatives
/// throw DomainError, since they are computed from the inverse.
template <Real T>
Tensor<T> det(const Tensor<T>& a, CallSite site = CallSite::current());

/// The sign of each determinant, -1, 0 or 1, and the logarithm of its magnitude.
template <Real T>
struct SignAndLogarithm {
  Tensor<T> sign, logabsdet;
};
/// The determinant where that would overflow: sign * exp(logabsdet). Of a singular matrix 0 and -infinity; its
/// derivative throws DomainError. No gradient flows through the sign.
template <Real T>
SignAndLogarithm<T> slogdet(const Tensor<T>& a, CallSite site = CallSite::current());

/// The lower triangular l with positive diagonal and l l^T = a, for a symmetric positive definite a. It is the factor
/// of the symmetric part, (a + a^T) / 2, so that the gradient is symmetric. Throws DomainError where a is not positive
/// definite.
template <Real T>
Tensor<T> cholesky(const Tensor<T>& a, CallSite site = CallSite::current());
/// The x of l l^T x = b, from Cholesky's factor l, whose upper triangle is not read.
template <Real T>
Tensor<T> cholesky_solve(const Tensor<T>& b, const Tensor<T>& l, CallSite site = CallSite::current());

/// a a ... a, `power` times, by repeated squares; the identity for 0, the power of the inverse for a negative one.
template <Real T>
Tensor<T> matrix_power(const Tensor<T>& a, long power, CallSite site = CallSite::current());
/// The exponential of each matrix, by scaling and squaring a Pade approximant: Higham (2005). Derivatives are read from
/// the exponential of a matrix of twice the size: Mathias (1996). Throws DomainError for an infinity or a NaN.
template <Real T>
Tensor<T> expm(const Tensor<T>& a, CallSite site = CallSite::current());

}  // namespace tapegrad
