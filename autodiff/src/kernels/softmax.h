// Softmax of the rows of a matrix, or along the middle one of three axes, and its logarithm.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/reduce.h"

namespace tapegrad::kernels {

/// The largest of a row; a NaN may be passed over, the sum of exponentials finds it.
template <class T>
T largest(const T* x, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  const T lowest = -std::numeric_limits<T>::infinity();
  Lanes<T> best(lowest);
  std::size_t i = 0;
  for (; i + width <= count; i += width) {
    const Lanes<T> v = Lanes<T>::load(x + i);
    best = where(v > best, v, best);
  }
  if (i < count) {
    const Lanes<T> v = Lanes<T>::load_part(x + i, count - i, lowest);
    best = where(v > best, v, best);
  }
  alignas(64) T lanes[width];
  best.batch.store_aligned(lanes);
  return *std::max_element(lanes, lanes + width);
}

/// The sum of a row of `count` numbers; at(i): the register from i on, of which what is behind the row is not counted.
template <class T, class F>
T sum_of_row(std::size_t count, const F& at) {
  constexpr std::size_t width = Lanes<T>::count;
  const auto counted = [&](std::size_t i) { return count - i < width ? at(i).first(count - i) : at(i); };
  if (count <= 16 * width) return sum_block<Lanes<T>>(0, count, counted).total();
  Totals<Lanes<T>> totals;
  add_registers(totals, count, counted);
  return static_cast<T>(totals.total().value());
}

/// The sum of e^(x - shift) for one row; `writes`: they go to y.
template <bool writes, class T>
T exponentials(T* y, const T* x, std::size_t count, T shift) {
  return sum_of_row<T>(count, [=](std::size_t i) {
    const Lanes<T> e = exp(Lanes<T>::load(x + i) - Lanes<T>(shift));
    if constexpr (writes) {
      if (count - i >= Lanes<T>::count) e.store(y + i);
      else e.store_part(y + i, count - i);
    }
    return e;
  });
}

/// y = softmax of each row of x. With labels it also returns the sum over the rows of -log y[label].
template <class T>
T softmax(T* y, const T* x, std::size_t rows, std::size_t columns, const std::int32_t* labels = nullptr) {
  std::vector<T, engine::PoolAllocator<T>> losses(labels ? rows : 0);
  const std::size_t chunk = std::max<std::size_t>(1, chunk_length / 4 / columns);
  parallel(rows, [=, &losses](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T* from = x + i * columns;
      T* to = y + i * columns;
      const T shift = largest(from, columns), total = exponentials<true>(to, from, columns, shift), share = 1 / total;
      for (std::size_t j = 0; j < columns; ++j) to[j] *= share;
      if (labels) losses[i] = std::log(total) + shift - from[labels[i]];
    }
  }, chunk);
  return sum(losses.data(), losses.size());
}

/// y = the logarithm of softmax of each row of x.
template <class T>
void log_softmax(T* y, const T* x, std::size_t rows, std::size_t columns) {
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T* from = x + i * columns;
      T* to = y + i * columns;
      const T shift = largest(from, columns), lost = std::log(exponentials<false>(to, from, columns, shift));
      for (std::size_t j = 0; j < columns; ++j) to[j] = (from[j] - shift) - lost;
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / columns));
}

/// d = what an adjoint g of softmax's rows y comes to, y (g - sum of g y); of those of its logarithm g - e^y sum of g.
template <bool logarithm, class T>
void softmax_adjoint(T* d, const T* y, const T* g, std::size_t rows, std::size_t columns) {
  using V = Lanes<T>;
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const T *const of = y + row * columns, *const from = g + row * columns;
      T* const to = d + row * columns;
      const V total(sum_of_row<T>(columns, [=](std::size_t i) {
        if constexpr (logarithm) return V::load(from + i);
        else return V::load(from + i) * V::load(of + i);
      }));
      for (std::size_t i = 0; i < columns; i += V::count) {
        const V own = V::load(of + i), adjoint = V::load(from + i);
        V slope;
        if constexpr (logarithm) slope = adjoint - exp(own) * total;
        else slope = own * (adjoint - total);
        if (columns - i >= V::count) slope.store(to + i);
        else slope.store_part(to + i, columns - i);
      }
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / columns));
}

/// A register of lines, `step` apart: y = softmax of them, or its logarithm. Of the last register only `count` lines
/// are written.
template <bool logarithm, class T>
void softmax_of_lines(T* y, const T* x, std::size_t length, std::size_t step, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  auto write = [=](const Lanes<T>& v, std::size_t k) {
    if (count == width) v.store(y + k * step);
    else v.store_part(y + k * step, count);
  };
  Lanes<T> top = Lanes<T>::load(x);
  for (std::size_t k = 1; k < length; ++k) {
    const Lanes<T> v = Lanes<T>::load(x + k * step);
    top = where(v > top, v, top);
  }
  Totals<Lanes<T>> totals;
  add_registers(totals, length * width, [=](std::size_t i) {
    const Lanes<T> e = exp(Lanes<T>::load(x + i / width * step) - top);
    if constexpr (!logarithm) write(e, i / width);
    return e;
  });
  T total[width];
  totals.write(total, width, false);
  const Lanes<T> sum = Lanes<T>::load(total), by = logarithm ? log(sum) : Lanes<T>(T(1)) / sum;
  for (std::size_t k = 0; k < length; ++k) {
    if constexpr (logarithm) write((Lanes<T>::load(x + k * step) - top) - by, k);
    else write((count == width ? Lanes<T>::load(y + k * step) : Lanes<T>::load_part(y + k * step, count)) * by, k);
  }
}

/// y = softmax of x, or its logarithm, along the middle one of three axes.
template <bool logarithm, class T>
void softmax_of_columns(T* y, const T* x, std::size_t outer, std::size_t length, std::size_t inner) {
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t strips = (inner + width - 1) / width;
  parallel(outer * strips, [=](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t left = task % strips * width, from = task / strips * length * inner + left;
      softmax_of_lines<logarithm>(y + from, x + from, length, inner, std::min(width, inner - left));
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / (length * width)));
}

}  // namespace tapegrad::kernels
