// Matrices that ops of linear algebra are smooth at, made of any numbers.
#pragma once
#include <tapegrad/ops/contractions.h>
#include <tapegrad/ops/decompositions.h>
#include <tapegrad/ops/linear_systems.h>

#include "ops/row.h"

namespace rows {

/// Random programs leave a step out that throws this.
template <Real T>
void require_matrices(const Tensor<T>& x) {
  if (x.rank() < 2) throw tapegrad::ShapeError("matrices are asked for, not shape " + text(x.shape()));
}
/// x + 5 on the main diagonal.
template <Real T>
Tensor<T> dominant(const Tensor<T>& x) {
  require_matrices(x);
  return x + 5 * tapegrad::eye<T>(x.shape().back(1), x.shape().back(0));
}
/// x^T x + 5, positive definite; of any matrices.
template <Real T>
Tensor<T> definite(const Tensor<T>& x) {
  return dominant(einsum("...ki,...kj->...ij", x, x));
}
/// x / 4 with 0, 3, 6, ... added along the main diagonal, so that eigenvalues and singular values are far apart.
template <Real T>
Tensor<T> spread(const Tensor<T>& x) {
  require_matrices(x);
  const std::size_t n = x.shape().back(0);
  return x * 0.25 + tapegrad::eye<T>(x.shape().back(1), n) * tapegrad::arange<T>(1, 3.0 * double(n), 3);
}

}  // namespace rows
