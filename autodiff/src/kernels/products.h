// Derivatives of a product of a matrix and a row, without an array of products.
#pragma once
#include <vector>

#include "kernels/reduce.h"

namespace tapegrad::kernels {

/// db[j] = the sum over i of g[i, j] a[i, j], as accurate as other sums, and da[i, j] = g[i, j] b[j] in the same pass,
/// unless da is null.
template <class T>
void row_product_adjoints(T* da, T* db, const T* g, const T* a, const T* b, std::size_t rows, std::size_t columns) {
  constexpr std::size_t width = Lanes<T>::count, terms = 16;  // added one after the other
  const std::size_t blocks = (rows + terms - 1) / terms;
  std::vector<T, engine::PoolAllocator<T>> parts(blocks * columns + width);
  const auto add_row = [=](T* part, std::size_t row, bool first) {
    const T* const from = g + row * columns;
    const T* const other = a + row * columns;
    const auto at = [&](std::size_t i, auto store) {
      const Lanes<T> adjoint = Lanes<T>::load(from + i), product = adjoint * Lanes<T>::load(other + i);
      store(part + i, first ? product : Lanes<T>::load(part + i) + product);
      if (da) store(da + row * columns + i, adjoint * Lanes<T>::load(b + i));
    };
    std::size_t i = 0;
    for (; i + width <= columns; i += width) at(i, [](T* to, const Lanes<T>& v) { v.store(to); });
    if (i < columns) at(i, [rest = columns - i](T* to, const Lanes<T>& v) { v.store_part(to, rest); });
  };
  parallel(blocks, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin * terms; row < std::min(rows, end * terms); ++row) {
      add_row(parts.data() + row / terms * columns, row, row % terms == 0);
    }
  }, std::max<std::size_t>(1, chunk_length / (terms * columns)));
  sum_middle(db, parts.data(), 1, blocks, columns);
}

}  // namespace tapegrad::kernels
