// What ops on matrices (..., rows, columns) have in common.
#pragma once
#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

#include "ops/matrix_product.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/ops.h"

namespace tapegrad::matrices {

/// The axes before those of a matrix, and two lengths after them.
inline Shape with_matrix(const Shape& x, std::size_t rows, std::size_t columns) {
  ShortVector<std::size_t, 8> axes(x.begin(), x.end());
  axes[axes.size() - 2] = rows;
  axes[axes.size() - 1] = columns;
  return Shape(axes);
}
/// The axes before the last `count`.
inline Shape leading(const Shape& x, std::size_t count = 2) {
  return Shape(ShortVector<std::size_t, 8>(x.begin(), x.end() - static_cast<std::ptrdiff_t>(count)));
}
inline Shape with_last(const Shape& leading, std::size_t length) {
  ShortVector<std::size_t, 8> axes(leading.begin(), leading.end());
  axes.push_back(length);
  return Shape(axes);
}

inline void check_matrices(std::string_view op, const Shape& x, const CallSite& site) {
  if (x.rank() >= 2) return;
  throw ShapeError(std::string(op) + ": needs matrices (..., rows, columns), but a is " + text(x) + text(site));
}
inline void check_square(std::string_view op, const Shape& x, const CallSite& site) {
  check_matrices(op, x, site);
  if (x.back(0) == x.back(1)) return;
  throw ShapeError(std::string(op) + ": needs square matrices (..., n, n), but a is " + text(x) + text(site));
}

/// " of the matrix at (1, 0)" of a batch; nothing where there is one matrix.
inline std::string place_text(const Shape& leading, std::size_t i) {
  if (leading.rank() == 0) return "";
  ShortVector<std::size_t, 8> index(leading.rank());
  for (std::size_t axis = leading.rank(); axis-- > 0; i /= leading[axis]) index[axis] = i % leading[axis];
  std::string places;
  for (const std::size_t place : index) places += (places.empty() ? "" : ", ") + std::to_string(place);
  return " at (" + places + ")";
}
[[noreturn]] inline void fail(std::string_view op, const Shape& leading, std::size_t i, const std::string& what,
                              const std::string& fix, const CallSite& site) {
  throw DomainError(std::string(op) + ": the matrix" + place_text(leading, i) + " " + what + text(site) + ". " + fix);
}

/// work(i) for every matrix of a batch, on all threads; how many one of them takes follows from the size alone. The
/// first i for which work gives false; `count` where there is none.
template <class Work>
std::size_t for_each_matrix(std::size_t count, std::size_t operations, const Work& work) {
  std::atomic<std::size_t> failed = count;
  constexpr std::size_t enough = 65536, call = 1000;  // a call of LAPACK costs as much as so many operations
  kernels::parallel(
      count,
      [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          if (work(i)) continue;
          std::size_t known = failed;
          while (i < known && !failed.compare_exchange_weak(known, i)) {
          }
        }
      },
      std::max<std::size_t>(1, enough / (operations + call)));
  return failed;
}

/// The transposes of matrices.
template <Real T>
Tensor<T> turned(const Tensor<T>& x, const CallSite& site = {}) {
  Axes order = Axes::filled(x.rank(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<long>(i);
  std::swap(order[x.rank() - 2], order[x.rank() - 1]);
  return transpose(x, order, site);
}
template <Real T>
Tensor<T> product(const Tensor<T>& a, const Tensor<T>& b, bool ta = false, bool tb = false) {
  return multiply_matrices(a, b, ta, tb, CallSite{});
}

/// Yes in a triangle of (rows, columns): up to the diagonal `above` the main one.
inline Mask lower_triangle(std::size_t rows, std::size_t columns, long above = 0) {
  Mask mask(Shape{rows, columns});
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      mask.mutable_data()[i * columns + j] = static_cast<long>(j) <= static_cast<long>(i) + above;
    }
  }
  return mask;
}
/// The part of each matrix up to that diagonal, zeros elsewhere.
template <Real T>
Tensor<T> lower_part(const Tensor<T>& x, long above = 0) {
  return where(lower_triangle(x.shape().back(1), x.shape().back(0), above), x, Tensor<T>(T(0)));
}
/// The part from a diagonal on, `above` the main one.
template <Real T>
Tensor<T> upper_part(const Tensor<T>& x, long above = 0) {
  return where(lower_triangle(x.shape().back(1), x.shape().back(0), above - 1), Tensor<T>(T(0)), x);
}
/// (x + x^T) / 2
template <Real T>
Tensor<T> symmetric_part(const Tensor<T>& x) {
  return (x + turned(x)) * 0.5;
}

}  // namespace tapegrad::matrices
