// Arrays of many variables written in place, on all threads: for optimizers.
#pragma once
#include <algorithm>

#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad::in_place {

/// A copy of the elements that nobody else holds.
template <Real T>
Tensor<T> copied(const Tensor<T>& array) {
  Tensor<T> copy = Tensor<T>::empty(array.shape());
  std::copy_n(array.data(), array.size(), copy.mutable_data());
  return copy;
}
/// The elements of an array that is held in `array`, to be written in place; copied first if someone else holds them.
/// For what is no variable; the elements of a variable are Tensor::overwrite's.
template <Real T>
T* exclusive(Tensor<T>& array) {
  if (array.node()->base || !unique(array.node())) array = copied(array);
  return array.mutable_data();
}

/// How many elements a thread takes at once: large arrays are cut into pieces of this length, which is a multiple of
/// every register's.
inline constexpr std::size_t piece_length = kernels::chunk_length;

/// Calls f(i) for every piece i of [0, count), on all threads unless the pieces have few elements in all.
template <class F>
void for_each_piece(std::size_t count, std::size_t elements, const F& f) {
  const std::size_t at_once = elements <= piece_length ? std::max<std::size_t>(1, count) : 1;
  kernels::parallel(
      count,
      [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) f(i);
      },
      at_once);
}

}  // namespace tapegrad::in_place
