// Parts of matrices and of windows, on all threads.
#pragma once
#include <cstddef>

#include "kernels/lines.h"

namespace tapegrad::kernels {

/// Matrices one after the other: y = x from the diagonal, moved by `offset` to the right, to the left (`lower`) or to
/// the right, itself included, and 0 elsewhere.
template <class T>
void triangle(T* y, const T* x, std::size_t count, std::size_t rows, std::size_t columns, std::ptrdiff_t offset,
              bool lower);

/// to[i, p, k] = the sum of from[i, w, k, p - w * step] over all windows w that hold p: axes are those of `lines`, with
/// `windows` in place of the length, and `size`. Sums are made in double.
template <class T>
void fold(T* to, const T* from, const Lines& lines, std::size_t windows, std::size_t size, std::size_t step);

}  // namespace tapegrad::kernels
