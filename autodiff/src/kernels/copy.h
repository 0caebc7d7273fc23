// Copies of arrays that are seen through strides, on all threads.
#pragma once
#include <span>

#include "tapegrad/engine/loops/strided.h"

namespace tapegrad::kernels {

/// to[i] = value.
template <class T>
void fill(T* to, std::size_t count, T value);

/// to[i] = from[i] over `shape`, both with strides of their own; `from` may have negative ones and 0. No two places of
/// `to` are the same.
template <class T>
void copy(T* to, const Strides& to_strides, const T* from, const Strides& from_strides, const Shape& shape);
/// The same into an array of that shape.
template <class T>
void copy(T* to, const T* from, const Strides& from_strides, const Shape& shape) {
  copy(to, strides_of(shape), from, from_strides, shape);
}
/// to[i] += from[i], where `from` is an array of that shape.
template <class T>
void add(T* to, const Strides& to_strides, const T* from, const Shape& shape);

/// A matrix whose rows are put one behind the other's in join().
template <class T>
struct Part {
  const T* data;
  std::size_t begin, width;  // its columns in the result
};
/// Matrices of as many rows each, side by side: `width` is what they have together, their columns follow one another.
template <class T>
void join(T* to, std::span<const Part<T>> parts, std::size_t rows, std::size_t width);

}  // namespace tapegrad::kernels
