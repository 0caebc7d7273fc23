// A sum of which terms may be missing.
#pragma once
#include <utility>

#include "tapegrad/ops/arithmetic.h"

namespace tapegrad {

/// p + q; what is there where one of them is missing, and nothing where both are.
template <Real T>
Tensor<T> sum_of_present(Tensor<T> p, const Tensor<T>& q) {
  if (!p || !q) return p ? p : q;
  return std::move(p) + q;
}

}  // namespace tapegrad
