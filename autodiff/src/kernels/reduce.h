// Sums along axes, as accurate as loops/sums.h says, at the speed of a plain loop.
#pragma once
#include <array>
#include <utility>

#include "tapegrad/engine/loops/sums.h"

namespace tapegrad::kernels {

/// `terms` registers, `step` elements apart, added pair by pair.
template <std::size_t terms, class T>
[[gnu::always_inline]] inline Lanes<T> pairs(const T* x, std::size_t step) {
  if constexpr (terms == 1) return Lanes<T>::load(x);
  else return pairs<terms / 2>(x, step) + pairs<terms / 2>(x + terms / 2 * step, step);
}

/// The same of fewer than 2 * `most` registers; of none it is 0.
template <std::size_t most, class T>
Lanes<T> fewer_pairs(const T* x, std::size_t step, std::size_t terms) {
  if constexpr (most == 0) return Lanes<T>(T(0));
  else if (terms < most) return fewer_pairs<most / 2>(x, step, terms);
  else if (terms == most) return pairs<most>(x, step);
  else return pairs<most>(x, step) + fewer_pairs<most / 2>(x + most * step, step, terms - most);
}

/// The sum of 8 * `terms` registers, in eight sums that are added pair by pair. The number of terms is one that the
/// compiler does not know: it would unroll the loop and read eight places in turn, and memory is twice as fast in
/// order.
template <class T>
Lanes<T> sum_block(const T* x, std::size_t terms) {
  constexpr std::size_t width = Lanes<T>::count;
  Lanes<T> part[8];
  for (std::size_t k = 0; k < 8; ++k) part[k] = Lanes<T>::load(x + k * width);
  for (std::size_t i = 1; i < terms; ++i) {
    for (std::size_t k = 0; k < 8; ++k) part[k] = part[k] + Lanes<T>::load(x + (8 * i + k) * width);
  }
  return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

/// Fewer than 32 registers and a part of one, in four sums, since an addition takes four cycles.
template <class T>
Lanes<T> sum_rest(const T* x, std::size_t count) {
  constexpr std::size_t width = Lanes<T>::count;
  Lanes<T> a(T(0)), b(T(0)), c(T(0)), d(T(0));
  std::size_t i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    a = a + Lanes<T>::load(x + i);
    b = b + Lanes<T>::load(x + i + width);
    c = c + Lanes<T>::load(x + i + 2 * width);
    d = d + Lanes<T>::load(x + i + 3 * width);
  }
  for (; i + width <= count; i += width) a = a + Lanes<T>::load(x + i);
  if (i < count) b = b + Lanes<T>::load(x + i).first(count - i);
  return (a + b) + (c + d);
}

/// The numbers in eight registers.
template <class T>
inline constexpr std::size_t row = 8 * Lanes<T>::count;
/// Fewer numbers than this are summed without totals: of doubles a few more.
template <class T>
inline constexpr std::size_t many = (sizeof(T) == sizeof(float) ? 9 : 16) * row<T>;

/// The sum of fewer than `many`.
template <class T>
T sum_few(const T* x, std::size_t count) {
  if (count <= 8) {
    T total = 0;
    for (std::size_t i = 0; i < count; ++i) total += x[i];
    return total;
  }
  if (count < 4 * row<T>) return sum_rest(x, count).total();
  const std::size_t rows = count / row<T>;
  return (sum_block(x, rows) + sum_rest(x + rows * row<T>, count % row<T>)).total();
}

/// The sum of all elements, on this thread.
template <class T>
Total sum_chunk(const T* x, std::size_t count) {
  if (count < many<T>) return {sum_few(x, count)};
  constexpr std::size_t most_terms = 14;  // with three pairs 16 roundings
  Totals<Lanes<T>> totals;
  std::size_t i = 0;
  while (const std::size_t rows = (count - i) / row<T>) {
    const std::size_t terms = std::min(rows, most_terms);
    totals.add(sum_block(x + i, terms));
    i += terms * row<T>;
  }
  if (i < count) totals.add(sum_rest(x + i, count - i));
  return totals.total();
}

/// The sum of all elements.
template <class T>
T sum(const T* x, std::size_t count) {
  if (count < many<T>) return sum_few(x, count);
  auto chunk = [x](std::size_t begin, std::size_t end) { return sum_chunk(x + begin, end - begin); };
  return static_cast<T>(sum_of_chunks(count, chunk).value());
}

/// How many rows, and how many registers of them, are added before they go into totals.
inline constexpr std::size_t rows_at_once = 16, registers_at_once = 16;

/// Columns of a matrix that one task sums.
inline constexpr std::size_t strip_length = 1024;
template <class T>
using Strip = Totals<Lanes<T>, strip_length / Lanes<T>::count>;

/// Adds at most rows_at_once rows of x, `step` apart, to the totals from `column` on, or sets these when `first`.
/// Broad rows are read one after the other, since memory is slow in any other order.
template <std::size_t registers, class T>
void add_some_rows(Strip<T>& totals, bool first, const T* x, std::size_t step, std::size_t rows, std::size_t column) {
  constexpr std::size_t width = Lanes<T>::count;
  constexpr std::size_t together = registers <= 2 ? 4 : 1;
  Lanes<T> part[registers];
  for (Lanes<T>& sum : part) sum = Lanes<T>(T(0));
  std::size_t i = 0;
  for (; i + together <= rows; i += together) {
    for (std::size_t k = 0; k < registers; ++k) part[k] = part[k] + pairs<together>(x + i * step + k * width, step);
  }
  for (std::size_t k = 0; k < registers && i < rows; ++k) {
    part[k] = part[k] + fewer_pairs<together / 2>(x + i * step + k * width, step, rows - i);
  }
  for (std::size_t k = 0; k < registers; ++k) {
    if (first) totals.set(part[k], column + k * width);
    else totals.add(part[k], column + k * width);
  }
}

/// add_some_rows for 1, 2, ... registers.
template <class T>
inline constexpr auto add_rows_of = []<std::size_t... k>(std::index_sequence<k...>) {
  return std::array{&add_some_rows<k + 1, T>...};
}(std::make_index_sequence<registers_at_once>());

/// Sets totals to the sums of the first `columns` of x, whose rows are `step` apart. What stands right of them is
/// summed too, in totals that nobody reads. Memory is slow unless it is read along long rows, or from one row to the
/// next: eight long rows are read side by side, short ones one after the other.
template <class T>
void total_rows(Strip<T>& totals, const T* x, std::size_t step, std::size_t rows, std::size_t columns) {
  constexpr std::size_t width = Lanes<T>::count, most = registers_at_once * width;
  if (step * sizeof(T) > 1024) {
    for (std::size_t j = 0; j < columns; j += width) totals.set(pairs<8>(x + j, step), j);
    std::size_t i = 8;
    for (; i + 8 <= rows; i += 8) {
      for (std::size_t j = 0; j < columns; j += width) totals.add(pairs<8>(x + i * step + j, step), j);
    }
    for (std::size_t j = 0; j < columns && i < rows; j += width) {
      totals.add(fewer_pairs<4>(x + i * step + j, step, rows - i), j);
    }
    return;
  }
  for (std::size_t i = 0; i < rows; i += rows_at_once) {
    for (std::size_t j = 0; j < columns; j += most) {
      const std::size_t registers = (std::min(most, columns - j) + width - 1) / width;
      add_rows_of<T>[registers - 1](totals, i == 0, x + i * step + j, step, std::min(rows_at_once, rows - i), j);
    }
  }
}

/// y = the sum of fewer than rows_at_once rows, without totals.
template <class T>
void sum_few_rows(T* y, const T* x, std::size_t rows, std::size_t columns, bool accumulate) {
  constexpr std::size_t width = Lanes<T>::count;
  parallel(columns, [=](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; j += width) {
      Lanes<T> sum = fewer_pairs<8>(x + j, columns, rows);
      if (accumulate) sum = Lanes<T>::load(y + j) + sum;
      if (j + width <= columns) sum.store(y + j);
      else sum.store_part(y + j, columns - j);
    }
  }, chunk_length / rows_at_once);
}

/// y[j] = the sum over i of x[i, j], added to what is there when `accumulate`. Strips of columns and segments of rows
/// are split over threads.
template <class T>
void sum_rows(T* y, const T* x, std::size_t rows, std::size_t columns, bool accumulate = false) {
  if (rows < rows_at_once) return sum_few_rows(y, x, rows, columns, accumulate);
  const std::size_t size = rows * columns;
  const std::size_t strip = size <= 32 * chunk_length ? strip_length / 4 : strip_length;  // columns
  const std::size_t segment = 32 * chunk_length / std::min(columns, strip);               // rows
  const std::size_t segments = (rows + segment - 1) / segment, strips = (columns + strip - 1) / strip;
  auto sum_task = [=](std::size_t task, Strip<T>& totals) {
    const std::size_t top = task / strips * segment, left = task % strips * strip;
    total_rows(totals, x + top * columns + left, columns, std::min(segment, rows - top),
               std::min(strip, columns - left));
  };
  std::vector<Strip<T>, engine::PoolAllocator<Strip<T>>> parts(segments > 1 ? segments * strips : 0);
  parallel(strips * segments, [&](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      if (segments > 1) {
        sum_task(task, parts[task]);
      } else {
        Strip<T> totals;
        sum_task(task, totals);
        totals.write(y + task * strip, std::min(strip, columns - task * strip), accumulate);
      }
    }
  }, size <= 2 * chunk_length ? strips : 1);
  for (std::size_t task = 0; task < parts.size(); ++task) {
    const std::size_t k = task % strips, count = std::min(strip, columns - k * strip);
    if (task >= strips) parts[k].add(parts[task], count);
    if (task + strips >= parts.size()) parts[k].write(y + k * strip, count, accumulate);
  }
}

/// y[i, j] = the sum over k of x[i, k, j].
template <class T>
void sum_middle(T* y, const T* x, std::size_t outer, std::size_t length, std::size_t inner) {
  const std::size_t each = std::max<std::size_t>(1, length * inner);
  const bool long_enough_to_split = each >= 8 * chunk_length;
  parallel(outer, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (inner == 1) y[i] = sum(x + i * length, length);
      else sum_rows(y + i * inner, x + i * length * inner, length, inner);
    }
  }, long_enough_to_split ? outer : std::max<std::size_t>(1, chunk_length / each));
}

}  // namespace tapegrad::kernels
