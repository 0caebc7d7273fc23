// Scans along the middle one of three axes: a carry goes along each line, and every element takes it one step further.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/lines.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad::kernels {

/// A sum, in double.
template <class T>
struct RunningSum {
  static constexpr bool in_segments = true;
  double sum = 0;
  T step(T x) { return static_cast<T>(sum += x); }
  void join(const RunningSum& later) { sum += later.sum; }
};

/// A product, in double. Not scanned in segments: one of large numbers overflows, and 0 times it would be a NaN.
template <class T>
struct RunningProduct {
  static constexpr bool in_segments = false;
  double product = 1;
  T step(T x) { return static_cast<T>(product *= x); }
  T value() const { return static_cast<T>(product); }
  void join(const RunningProduct& later) { product *= later.product; }
};

/// The best so far; the first NaN stays. Order::better(p, q): whether p is chosen and not q; Order::worst is what all
/// are better than.
template <class T, class Order>
struct RunningExtreme {
  static constexpr bool in_segments = true;
  T best = Order::template worst<T>;
  T step(T x) { return best = Order::better(x, best) || x != x ? x : best; }
  void join(const RunningExtreme& later) { step(later.best); }
};

/// log(sum of e^x), as the largest x and a sum of e^(x - largest), in double.
template <class T>
struct RunningLogSum {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  T step(T x) {
    if (largest < std::numeric_limits<double>::infinity() && !(std::isinf(x) && x < 0)) add(x);
    return static_cast<T>(sum == 0 ? largest : largest + std::log(sum));
  }

 private:
  // Of an infinite sum nothing is left to be added to; of a NaN the sum stays one.
  void add(double x) {
    if (x <= largest) {
      sum += std::exp(x - largest);
    } else {
      sum = 1 + (sum == 0 ? 0 : sum * std::exp(largest - x));
      largest = x;
    }
  }
};

/// y = a y + b. A factor of exactly 0 forgets an infinity or a NaN as well.
template <class T>
struct Recurrence {
  double y = 0;
  T step(T a, T b) { return static_cast<T>(y = a == 0 ? double(b) : double(a) * y + double(b)); }
};

/// Whether lines are scanned in segments: their carries are found before the values, and joined.
template <class Carry>
concept Joins = requires(Carry carry) {
  carry.join(carry);
  requires Carry::in_segments;
};

/// Takes the carries of `count` rows, `next` elements apart, along `length` elements, forwards (step 1) or backwards
/// (-1); writes the values to y, or nothing. Rows go one after the other, some elements at a time, so that the
/// processor works at several while a carry waits for its last step.
template <int step, bool writes, class Carry, class T, class... X>
void advance(Carry* carries, std::size_t count, std::ptrdiff_t next, std::size_t length, T* y, const X*... x) {
  constexpr std::ptrdiff_t together = 16;
  auto some = [&](std::ptrdiff_t begin, auto how_many) {
    for (std::size_t k = 0; k < count; ++k) {
      Carry carry = carries[k];
      const std::ptrdiff_t start = static_cast<std::ptrdiff_t>(k) * next + begin * step;
      for (std::ptrdiff_t i = 0; i < how_many; ++i) {
        const T value = carry.step((x + start)[i * step]...);
        if constexpr (writes) (y + start)[i * step] = value;
      }
      carries[k] = carry;
    }
  };
  const auto elements = static_cast<std::ptrdiff_t>(length);
  std::ptrdiff_t begin = 0;
  for (; begin + together <= elements; begin += together) {
    some(begin, std::integral_constant<std::ptrdiff_t, together>());
  }
  if (begin < elements) some(begin, elements - begin);
}
/// The same of neighbours, which go side by side.
template <class Carry, class T, class... X>
void advance_neighbours(Carry* carries, std::size_t count, std::size_t length, std::ptrdiff_t step, T* y,
                        const X*... x) {
  for (std::size_t i = 0; i < length; ++i, y += step, ((x += step), ...)) {
    for (std::size_t k = 0; k < count; ++k) y[k] = carries[k].step(x[k]...);
  }
}
/// The same without values, eight elements of a line at a time: most of the time goes into carries that come and go.
template <class Carry, class X>
void carry_neighbours(Carry* carries, std::size_t count, std::size_t length, std::ptrdiff_t step, const X* x) {
  constexpr std::size_t together = 8;
  for (; length >= together; length -= together, x += together * step) {
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < together; ++i) carries[k].step(x[static_cast<std::ptrdiff_t>(i) * step + k]);
    }
  }
  for (; length > 0; --length, x += step) {
    for (std::size_t k = 0; k < count; ++k) carries[k].step(x[k]);
  }
}

/// How many lines one task takes along. Broad strips of neighbours are read at the speed of memory; narrow ones are for
/// what is slow by itself.
template <class Carry>
inline constexpr std::size_t lines_together = Joins<Carry> ? 1024 : 128;
inline constexpr std::size_t segments_together = 4;

/// Scans `lines` long lines, which are cut into segments. Some segments at a time, which stay in the cache: their
/// carries from nothing, in parallel; joined, the ones that they start with; then their values. part(carries, first
/// place, number of segments, their length, whether values are written) takes as many segments along as `together`
/// says.
template <Joins Carry, class Part>
void scan_segments(std::size_t lines, std::size_t length, std::size_t segment, std::size_t together, const Part& part) {
  const std::size_t most = 8 * together, whole = length / segment;
  std::vector<Carry, engine::PoolAllocator<Carry>> carries((most + 1) * lines);
  for (std::size_t done = 0; done < whole; done += most) {
    const std::size_t count = std::min(most, whole - done);
    std::fill(carries.begin() + static_cast<std::ptrdiff_t>(lines), carries.end(), Carry());
    parallel(count, [&](std::size_t begin, std::size_t end) {
      part(&carries[(begin + 1) * lines], (done + begin) * segment, end - begin, segment, std::false_type());
    }, together);
    for (std::size_t i = 0; i < count * lines; ++i) {
      Carry before = carries[i];
      before.join(carries[i + lines]);
      carries[i + lines] = before;
    }
    parallel(count, [&](std::size_t begin, std::size_t end) {
      part(&carries[begin * lines], (done + begin) * segment, end - begin, segment, std::true_type());
    }, together);
    std::copy_n(&carries[count * lines], lines, &carries[0]);
  }
  part(&carries[0], whole * segment, 1, length - whole * segment, std::true_type());
}

/// Of few but long columns.
template <Joins Carry, class T, class X>
void scan_long_columns(T* y, std::size_t length, std::size_t columns, std::ptrdiff_t step, const X* x) {
  const std::size_t segment = std::max<std::size_t>(1, 4 * chunk_length / columns);
  scan_segments<Carry>(columns, length, segment, 1, [=](Carry* carries, std::size_t first, std::size_t,
                                                        std::size_t rows, auto writes) {
    for (std::size_t left = 0; left < columns; left += lines_together<Carry>) {
      const std::size_t count = std::min(lines_together<Carry>, columns - left);
      const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(first) * step + static_cast<std::ptrdiff_t>(left);
      if constexpr (writes) advance_neighbours(carries + left, count, rows, step, y + from, x + from);
      else carry_neighbours(carries + left, count, rows, step, x + from);
    }
  });
}

/// Of neighbouring lines: strips of them over threads.
template <class Carry, class T, class... X>
void scan_columns(T* y, const Lines& lines, std::ptrdiff_t step, const X*... x) {
  constexpr std::size_t strip = lines_together<Carry>;
  const std::size_t strips = (lines.inner + strip - 1) / strip;
  if constexpr (Joins<Carry>) {
    if (lines.outer * strips < 8 && lines.length * lines.inner >= 64 * chunk_length) {
      for (std::size_t i = 0; i < lines.outer; ++i) {
        const std::size_t from = i * lines.length * lines.inner;
        scan_long_columns<Carry>(y + from, lines.length, lines.inner, step, (x + from)...);
      }
      return;
    }
  }
  const std::size_t each = lines.length * std::min(lines.inner, strip);
  parallel(lines.outer * strips, [=](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t left = task % strips * strip, count = std::min(strip, lines.inner - left);
      const std::size_t from = task / strips * lines.length * lines.inner + left;
      std::array<Carry, strip> carries;
      std::fill_n(carries.begin(), count, Carry());
      advance_neighbours(carries.data(), count, lines.length, step, y + from, x + from...);
    }
  }, std::max<std::size_t>(1, chunk_length / each));
}

/// Of whole rows, over threads. One after the other: of rows whose length is a power of two, side by side, loads would
/// wait for stores to the same place of another page.
template <int step, class Carry, class T, class... X>
void scan_rows(T* y, const Lines& lines, const X*... x) {
  const auto length = static_cast<std::ptrdiff_t>(lines.length);
  parallel(lines.outer, [=](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      Carry carry;
      const std::size_t from = row * lines.length;
      for (std::ptrdiff_t i = 0; i < length; ++i) (y + from)[i * step] = carry.step((x + from)[i * step]...);
    }
  }, std::max<std::size_t>(1, chunk_length / lines.length));
}

/// Of one long row.
template <int step, Joins Carry, class T, class X>
void scan_long_row(T* y, std::size_t length, const X* x) {
  constexpr std::size_t segment = chunk_length / segments_together + 32;  // not at the same place of their pages
  scan_segments<Carry>(1, length, segment, segments_together, [=](Carry* carries, std::size_t first, std::size_t count,
                                                                  std::size_t elements, auto writes) {
    const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(first) * step;
    advance<step, writes>(carries, count, step * static_cast<std::ptrdiff_t>(segment), elements, y + from, x + from);
  });
}

/// Of lines without neighbours: few long ones are cut.
template <int step, class Carry, class T, class... X>
void scan_all_rows(T* y, const Lines& lines, const X*... x) {
  if constexpr (Joins<Carry>) {
    if (lines.outer < 8 && lines.length > 2 * chunk_length) {
      for (std::size_t i = 0; i < lines.outer; ++i) {
        scan_long_row<step, Carry>(y + i * lines.length, lines.length, (x + i * lines.length)...);
      }
      return;
    }
  }
  scan_rows<step, Carry>(y, lines, x...);
}

/// y = the values of Carry::step along every line of x..., from a new Carry; `reverse`: from the last to the first. y
/// is none of the x.
template <class Carry, class T, class... X>
void scan(T* y, const Lines& lines, bool reverse, const X*... x) {
  if (lines.outer * lines.length * lines.inner == 0) return;
  const std::size_t start = reverse ? (lines.length - 1) * lines.inner : 0;
  const auto inner = static_cast<std::ptrdiff_t>(lines.inner);
  if (inner > 1) scan_columns<Carry>(y + start, lines, reverse ? -inner : inner, (x + start)...);
  else if (reverse) scan_all_rows<-1, Carry>(y + start, lines, (x + start)...);
  else scan_all_rows<1, Carry>(y, lines, x...);
}

}  // namespace tapegrad::kernels
