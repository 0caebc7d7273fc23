// Decompositions of matrices (..., rows, columns), by LAPACK; leading axes are a batch. Each is one entry on the tape,
// of which the results are views. The signs of columns are LAPACK's, as in NumPy.
// Derivatives: of qr Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2010), and Seeger et
// al., Auto-differentiating linear algebra (2017); of eigh Giles (2008); of svd Townsend, Differentiating the singular
// value decomposition (2016); of pinv Golub and Pereyra (1973).
#pragma once
#include <optional>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// a = q r: the columns of q are orthonormal, r is upper triangular.
template <Real T>
struct OrthogonalTriangular {
  Tensor<T> q, r;
};
/// The reduced decomposition of a (..., m, n): q (..., m, k) and r (..., k, n), where k is the smaller of m and n. The
/// derivative throws DomainError where the first k columns are dependent, so that r has a 0 on its diagonal.
template <Real T>
OrthogonalTriangular<T> qr(const Tensor<T>& a, CallSite site = CallSite::current());

/// Eigenvalues (..., n) in ascending order, and as columns (..., n, n) the orthonormal eigenvectors.
template <Real T>
struct EigenSystem {
  Tensor<T> eigenvalues, eigenvectors;
};
/// Of the symmetric part of a, (a + a^T) / 2, so that the gradient is symmetric. The eigenvectors of eigenvalues that
/// are equal to rounding have no derivative: a sweep in which an adjoint reaches them, or a direction that turns them
/// into each other, throws DomainError. Sums over equal eigenvalues have gradients. Throws DomainError for NaNs and
/// infinities.
template <Real T>
EigenSystem<T> eigh(const Tensor<T>& a, CallSite site = CallSite::current());

/// a = u diag(s) vh: singular values in descending order, orthonormal columns of u and rows of vh.
template <Real T>
struct SingularValues {
  Tensor<T> u, s, vh;
};
/// The reduced decomposition of a (..., m, n): u (..., m, k), s (..., k) and vh (..., k, n), where k is the smaller of
/// m and n. Singular vectors of values that are equal to rounding have no derivative, nor have those of 0 where m and n
/// differ: DomainError, as from eigh.
template <Real T>
SingularValues<T> svd(const Tensor<T>& a, CallSite site = CallSite::current());

/// The pseudo-inverse of Moore and Penrose. Singular values up to rcond times the largest count as 0; by default rcond
/// is the longer side times the type's epsilon. The derivative is that along directions that keep the rank.
template <Real T>
Tensor<T> pinv(const Tensor<T>& a, std::optional<double> rcond = {}, CallSite site = CallSite::current());

/// The x of least length for which |a x - b| is least: pinv(a) b, for any rank. b is (..., m, k), or one column (m,).
/// Throws ShapeError when b does not have the rows of a.
template <Real T>
Tensor<T> lstsq(const Tensor<T>& a, const Tensor<T>& b, std::optional<double> rcond = {},
                CallSite site = CallSite::current());

}  // namespace tapegrad
