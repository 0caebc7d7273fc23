// The order of elements along an axis. Keys of integers stand for the numbers: their order is that of the numbers, -0
// is 0 and NaN is above all. A key and the place that it came from are one item, so that no two items are equal and
// every way to sort gives the same.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/lines.h"
#include "kernels/radix_sort.h"
#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {

template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
KeyOf<T> sort_key(T number, bool descending) {
  using Key = KeyOf<T>;
  constexpr Key sign = Key(1) << (8 * sizeof(Key) - 1);
  const Key bits = std::bit_cast<Key>(number == 0 ? T(0) : number);
  const Key key = number != number ? ~Key(0) : bits & sign ? ~bits : bits | sign;
  return descending ? ~key : key;
}

/// A key of 32 bits and a place are one integer.
template <class T>
struct SortItem {
  std::uint64_t key_and_place;
  SortItem() = default;
  SortItem(std::uint32_t key, std::size_t place) : key_and_place(std::uint64_t(key) << 32 | place) {}
  std::uint32_t key() const { return static_cast<std::uint32_t>(key_and_place >> 32); }
  std::uint32_t place() const { return static_cast<std::uint32_t>(key_and_place); }
  bool operator<(const SortItem& other) const { return key_and_place < other.key_and_place; }
};
template <>
struct SortItem<double> {
  std::uint64_t number;
  std::uint32_t at;
  SortItem() = default;
  SortItem(std::uint64_t key, std::size_t place) : number(key), at(static_cast<std::uint32_t>(place)) {}
  std::uint64_t key() const { return number; }
  std::uint32_t place() const { return at; }
  bool operator<(const SortItem& other) const {
    return number < other.number || (number == other.number && at < other.at);
  }
};

/// What a line of few numbers is sorted by comparisons for.
inline constexpr std::size_t short_line = 48;

/// Sorts items that stand in the order of their places; returns where they are, `items` or `other`.
template <class T>
SortItem<T>* sort_items(SortItem<T>* items, SortItem<T>* other, std::size_t count) {
  if (count > short_line) return radix_sort(items, other, count, [](const SortItem<T>& item) { return item.key(); });
  std::sort(items, items + count);
  return items;
}

/// Calls write(line, items in order) for all lines of x, on all threads. arrange(items, other, length) puts the items
/// in order, or as many of them as are asked for, and returns where they are.
template <class T, class Arrange, class Write>
void for_each_sorted_line(const T* x, const Lines& lines, bool descending, const Arrange& arrange, const Write& write) {
  const auto run = [&](std::size_t begin, std::size_t end) {
    engine::PoolAllocator<SortItem<T>> pool;
    SortItem<T>* const items = pool.allocate(2 * lines.length);
    for (std::size_t line = begin; line < end; ++line) {
      const T* const from = x + line / lines.inner * lines.length * lines.inner + line % lines.inner;
      for (std::size_t k = 0; k < lines.length; ++k) items[k] = {sort_key(from[k * lines.inner], descending), k};
      write(line, from, arrange(items, items + lines.length, lines.length));
    }
    pool.deallocate(items, 2 * lines.length);
  };
  if (lines.length == 0) return;
  parallel(lines.outer * lines.inner, run, std::max<std::size_t>(1, chunk_length / lines.length));
}

/// The first `count` elements of each line in order: what they are and where they stood, into (outer, count, inner),
/// each where it is not null.
template <class T, class Arrange>
void write_order(T* values, std::int32_t* places, const T* x, const Lines& lines, std::size_t first, std::size_t count,
                 bool descending, const Arrange& arrange) {
  for_each_sorted_line(x, lines, descending, arrange, [&](std::size_t line, const T* from, const SortItem<T>* items) {
    const std::size_t to = line / lines.inner * count * lines.inner + line % lines.inner;
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint32_t place = items[first + k].place();
      if (values) values[to + k * lines.inner] = from[place * lines.inner];
      if (places) places[to + k * lines.inner] = static_cast<std::int32_t>(place);
    }
  });
}

/// All elements of each line in order.
template <class T>
void sort_lines(T* values, std::int32_t* places, const T* x, const Lines& lines, bool descending) {
  write_order(values, places, x, lines, 0, lines.length, descending, sort_items<T>);
}

/// The first `count` elements of each line in order.
template <class T>
void first_of_lines(T* values, std::int32_t* places, const T* x, const Lines& lines, std::size_t count,
                    bool descending) {
  const auto arrange = [count](SortItem<T>* items, SortItem<T>*, std::size_t length) {
    if (count <= length / 8) {
      std::partial_sort(items, items + count, items + length);
    } else {
      if (count < length) std::nth_element(items, items + count, items + length);
      std::sort(items, items + count);
    }
    return items;
  };
  write_order(values, places, x, lines, 0, count, descending, arrange);
}

/// Element number `rank` of each line in order, from 0.
template <class T>
void one_of_lines(T* values, std::int32_t* places, const T* x, const Lines& lines, std::size_t rank) {
  const auto arrange = [rank](SortItem<T>* items, SortItem<T>*, std::size_t length) {
    std::nth_element(items, items + rank, items + length);
    return items;
  };
  write_order(values, places, x, lines, rank, 1, false, arrange);
}

}  // namespace tapegrad::kernels
