// Elements at chosen places along an axis: taken, added to and put. Places are integers, of which negative ones count
// from the end. Every element is written by one thread, and its terms are added in the order in which they stand: the
// same bits for every number of threads.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/radix_sort.h"
#include "kernels/scratch.h"
#include "tapegrad/engine/loops/sums.h"

namespace tapegrad::kernels {

/// Where elements stand in an array (outer, length, inner): `count` places along the axis in the middle, the same for
/// all lines when `shared`, else one for each element of (outer, count, inner).
struct Lookup {
  const std::int32_t* places;
  std::size_t outer, length, inner, count;
  bool shared;
  /// The place that a number stands for. Only where it is inside.
  std::size_t at(std::int32_t place) const {
    const std::int64_t shift = std::int64_t(place >> 31) & static_cast<std::int64_t>(length);  // without a branch
    return static_cast<std::size_t>(place + shift);
  }
  std::size_t size() const { return shared ? count : outer * count * inner; }
};

/// Whether all of them are places on an axis of that length.
inline bool inside(const std::int32_t* places, std::size_t count, std::size_t length) {
  std::int32_t least = 0, most = -1;
  for (std::size_t i = 0; i < count; ++i) {
    least = std::min(least, places[i]);
    most = std::max(most, places[i]);
  }
  return std::int64_t(least) >= -std::int64_t(length) && std::int64_t(most) < std::int64_t(length);
}
inline bool inside(const Lookup& look) {
  std::atomic<bool> all{true};
  parallel(look.size(), [&](std::size_t begin, std::size_t end) {
    if (!inside(look.places + begin, end - begin, look.length)) all.store(false, std::memory_order_relaxed);
  });
  return all;
}

/// Calls run(o, begin, end) for parts of the lines along the axis, together rows [begin, end) of (outer count).
template <class Run>
void for_each_line(std::size_t begin, std::size_t end, std::size_t count, const Run& run) {
  while (begin < end) {
    const std::size_t o = begin / count, first = begin - o * count, last = std::min(count, first + (end - begin));
    run(o, first, last);
    begin += last - first;
  }
}

/// y = x at the places; y is (outer, count, inner). False, and y is not to be used, where a place is outside.
template <class T>
bool take(T* y, const T* x, const Lookup& look) {
  const std::size_t inner = look.inner, count = look.count;
  if (count == 0 || inner == 0 || look.outer == 0) return inside(look);
  const bool checked = look.shared && look.outer > 1;  // else each place is read once, and looked at just before
  if (checked && !inside(look)) return false;
  std::atomic<bool> all{true};
  const auto lines = [&](std::size_t o, std::size_t first, std::size_t last) {
    const T* const from = x + o * look.length * inner;
    T* const to = y + o * count * inner;
    const std::size_t width = look.shared ? 1 : inner;
    const std::int32_t* const places = look.places + (look.shared ? 0 : o * count * inner);
    if (!checked && !inside(places + first * width, (last - first) * width, look.length)) {
      all.store(false, std::memory_order_relaxed);
    } else if (inner == 1) {
      for (std::size_t k = first; k < last; ++k) to[k] = from[look.at(places[k])];
    } else if (look.shared) {
      for (std::size_t k = first; k < last; ++k) std::copy_n(from + look.at(places[k]) * inner, inner, to + k * inner);
    } else {
      for (std::size_t k = first; k < last; ++k) {
        for (std::size_t i = 0; i < inner; ++i) {
          to[k * inner + i] = from[look.at(places[k * inner + i]) * inner + i];
        }
      }
    }
  };
  parallel(
      look.outer * count, [&](std::size_t begin, std::size_t end) { for_each_line(begin, end, count, lines); },
      std::max<std::size_t>(1, chunk_length / inner));
  return all;
}

/// Calls run(o, begin, end) for strips of columns [begin, end) of the lines, on all threads.
template <class Run>
void for_each_strip(const Lookup& look, const Run& run) {
  const std::size_t lines = std::max<std::size_t>(1, look.count);
  const std::size_t width = std::min(look.inner, (chunk_length / lines / 16 + 1) * 16);
  if (width == 0) return;
  const std::size_t strips = (look.inner + width - 1) / width;
  parallel(
      look.outer * strips,
      [&](std::size_t begin, std::size_t end) {
        for (std::size_t u = begin; u < end; ++u) {
          const std::size_t first = u % strips * width;
          run(u / strips, first, std::min(look.inner, first + width));
        }
      },
      std::max<std::size_t>(1, chunk_length / (lines * width)));
}

/// y at the places = source, the last of several. All places are inside.
template <class T>
void put_at(T* y, const T* source, const Lookup& look) {
  for_each_strip(look, [&](std::size_t o, std::size_t begin, std::size_t end) {
    T* const to = y + o * look.length * look.inner;
    for (std::size_t k = 0; k < look.count; ++k) {
      const std::size_t row = (o * look.count + k) * look.inner;
      for (std::size_t i = begin; i < end; ++i) {
        to[look.at(look.places[look.shared ? k : row + i]) * look.inner + i] = source[row + i];
      }
    }
  });
}

/// As many terms as one sum may have in the array's own type; see sums.h.
inline constexpr std::size_t few_terms = 16;

// Line by line: straight into y where no element gets many terms, else into doubles.
template <class T>
void add_lines(T* y, const T* source, const Lookup& look) {
  for_each_strip(look, [&](std::size_t o, std::size_t begin, std::size_t end) {
    T* const to = y + o * look.length * look.inner;
    const std::size_t width = end - begin;
    const auto add = [&, o, begin, end](auto* sums, std::size_t columns, std::size_t shift) {
      if (look.inner == 1) {
        const std::int32_t* const places = look.places + (look.shared ? 0 : o * look.count);
        const T* const from = source + o * look.count;
        for (std::size_t k = 0; k < look.count; ++k) sums[look.at(places[k])] += from[k];
        return;
      }
      for (std::size_t k = 0; k < look.count; ++k) {
        const std::size_t row = (o * look.count + k) * look.inner;
        for (std::size_t i = begin; i < end; ++i) {
          sums[look.at(look.places[look.shared ? k : row + i]) * columns + i - shift] += source[row + i];
        }
      }
    };
    if (std::is_same_v<T, double> || look.count <= few_terms) return add(to, look.inner, 0);
    Scratch<double> sums(look.length * width);
    if (width == look.inner) {  // the line is in one piece
      std::copy_n(to, look.length * width, sums.data());
      add(sums.data(), width, begin);
      std::transform(sums.data(), sums.data() + look.length * width, to, [](double sum) { return T(sum); });
      return;
    }
    for (std::size_t k = 0; k < look.length; ++k) {
      for (std::size_t i = 0; i < width; ++i) sums[k * width + i] = double(to[k * look.inner + begin + i]);
    }
    add(sums.data(), width, begin);
    for (std::size_t k = 0; k < look.length; ++k) {
      for (std::size_t i = 0; i < width; ++i) to[k * look.inner + begin + i] = T(sums[k * width + i]);
    }
  });
}

/// Places of a list, in their order, each with where it stands in the list; equal ones beside each other.
class PlacesInOrder {
 public:
  explicit PlacesInOrder(const Lookup& look) : items_(look.count), starts_(look.count + 1) {
    for (std::size_t k = 0; k < look.count; ++k) {
      items_[k] = std::uint64_t(look.at(look.places[k])) << 32 | std::uint64_t(k);
    }
    radix_sort(items_.data(), look.count, [](std::uint64_t item) { return std::uint32_t(item >> 32); });
    for (std::size_t k = 0; k < look.count; ++k) {
      if (k == 0 || place(k) != place(k - 1)) starts_[count_++] = k;
    }
    starts_[count_] = look.count;
  }
  /// The number of different places.
  std::size_t count() const { return count_; }
  std::size_t begin(std::size_t group) { return starts_[group]; }
  std::size_t end(std::size_t group) { return starts_[group + 1]; }
  std::size_t place(std::size_t k) { return std::size_t(items_[k] >> 32); }
  std::size_t source(std::size_t k) { return std::size_t(items_[k] & 0xffffffff); }

 private:
  Scratch<std::uint64_t> items_;
  Scratch<std::size_t> starts_;
  std::size_t count_ = 0;
};

// to[i] += the terms of column i, rows [begin, end) of the order.
template <class T>
void add_terms(T* to, const T* source, std::size_t inner, PlacesInOrder& order, std::size_t begin, std::size_t end) {
  using V = Lanes<T>;
  for (std::size_t i = 0; i < inner; i += V::count) {
    const std::size_t columns = std::min(V::count, inner - i);
    const auto term = [&](std::size_t k) { return V::load(source + order.source(k) * inner + i); };
    if (end - begin <= few_terms) {
      V sum = columns == V::count ? V::load(to + i) : V::load_part(to + i, columns);
      for (std::size_t k = begin; k < end; ++k) sum = sum + term(k);
      if (columns == V::count) sum.store(to + i);
      else sum.store_part(to + i, columns);
      continue;
    }
    Totals<V> totals;
    for (std::size_t k = begin; k < end; k += few_terms) {
      V part(T(0));
      for (std::size_t j = k; j < std::min(end, k + few_terms); ++j) part = part + term(j);
      totals.add(part);
    }
    totals.write(to + i, columns, true);
  }
}

// Row by row of y, each with all its terms.
template <class T>
void add_rows(T* y, const T* source, const Lookup& look) {
  PlacesInOrder order(look);
  const std::size_t groups = order.count(), inner = look.inner;
  parallel(
      look.outer * groups,
      [&](std::size_t begin, std::size_t end) {
        for (std::size_t u = begin; u < end; ++u) {
          const std::size_t o = u / groups, group = u % groups, first = order.begin(group);
          add_terms(y + (o * look.length + order.place(first)) * inner, source + o * look.count * inner, inner, order,
                    first, order.end(group));
        }
      },
      std::max<std::size_t>(1, chunk_length / inner));
}

/// The different places of a list, in order, and in each row of `sums`, one for each place, the sum of its rows of the
/// source. A list of places across an array (length, inner) without axes before them.
template <class T>
void sum_by_places(std::int32_t* places, T* sums, const T* source, std::size_t inner, PlacesInOrder& order) {
  parallel(
      order.count(),
      [&](std::size_t begin, std::size_t end) {
        std::fill(sums + begin * inner, sums + end * inner, T(0));
        for (std::size_t group = begin; group < end; ++group) {
          places[group] = static_cast<std::int32_t>(order.place(order.begin(group)));
          add_terms(sums + group * inner, source, inner, order, order.begin(group), order.end(group));
        }
      },
      std::max<std::size_t>(1, chunk_length / std::max<std::size_t>(1, inner)));
}

/// y at the places += source, as often as a place stands there. All places are inside.
template <class T>
void add_at(T* y, const T* source, const Lookup& look) {
  if (look.count == 0 || look.outer == 0) return;
  if (look.shared && look.inner >= 16) add_rows(y, source, look);
  else add_lines(y, source, look);
}

/// For each element of an array (outer, length, inner), or of an axis where the places are shared, which of the places
/// wrote it last, -1 for none.
inline void find_writers(std::int32_t* writer, const Lookup& look) {
  if (!look.shared) {
    std::fill_n(writer, look.outer * look.length * look.inner, -1);
    for (std::size_t o = 0, p = 0; o < look.outer; ++o) {
      for (std::size_t k = 0; k < look.count; ++k) {
        for (std::size_t i = 0; i < look.inner; ++i, ++p) {
          writer[(o * look.length + look.at(look.places[p])) * look.inner + i] = static_cast<std::int32_t>(p);
        }
      }
    }
  } else {
    std::fill_n(writer, look.length, -1);
    for (std::size_t k = 0; k < look.count; ++k) writer[look.at(look.places[k])] = static_cast<std::int32_t>(k);
  }
}

}  // namespace tapegrad::kernels
