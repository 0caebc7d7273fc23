// How lines come into the arrays that are transformed, and out of them.
#pragma once
#include <algorithm>
#include <array>

#include "kernels/fourier_transform.h"
#include "kernels/scratch.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {

/// Some lines that are transformed side by side, as many as a register holds or one. Elements of the last ones may be
/// missing.
template <class T>
struct Group {
  std::size_t first, count, width, inner;

  // Where element 0 of a line stands in an array whose lines have that length.
  std::size_t place(std::size_t line, std::size_t length) const {
    return (first + line) / inner * length * inner + (first + line) % inner;
  }
  bool neighbours() const { return first % inner + count <= inner; }

  // to[i, line] = element start + i step of the line, zeros for lines that are missing; i from begin to end.
  void gather(T* to, const T* from, std::size_t length, std::size_t start, std::size_t step, std::size_t begin,
              std::size_t end) const {
    std::array<const T*, Lanes<T>::count> lines;
    for (std::size_t line = 0; line < count; ++line) lines[line] = from + place(line, length) + start * inner;
    if (count < width) std::fill(to + begin * width, to + end * width, T(0));
    if (count == Lanes<T>::count && neighbours()) {
      for (std::size_t i = begin; i < end; ++i) Lanes<T>::load(lines[0] + i * step * inner).store(to + i * width);
    } else {
      each_block(begin, end,
                 [&](std::size_t line, std::size_t i) { to[i * width + line] = lines[line][i * step * inner]; });
    }
  }
  // Element start + i step of the line = factor * from[i, line], for i from begin to end.
  void scatter(T* to, const T* from, std::size_t length, std::size_t start, std::size_t step, std::size_t begin,
               std::size_t end, T factor) const {
    std::array<T*, Lanes<T>::count> lines;
    for (std::size_t line = 0; line < count; ++line) lines[line] = to + place(line, length) + start * inner;
    if (count == Lanes<T>::count && neighbours()) {
      for (std::size_t i = begin; i < end; ++i) {
        (Lanes<T>::load(from + i * width) * Lanes<T>(factor)).store(lines[0] + i * step * inner);
      }
    } else {
      each_block(begin, end, [&](std::size_t line, std::size_t i) {
        lines[line][i * step * inner] = factor * from[i * width + line];
      });
    }
  }

 private:
  // Some elements of one line after the other, so that a line of the cache that was read is used up: lines whose length
  // is a power of two would drive each other out.
  template <class F>
  void each_block(std::size_t begin, std::size_t end, const F& f) const {
    constexpr std::size_t together = 16;
    for (; begin < end; begin += together) {
      for (std::size_t line = 0; line < count; ++line) {
        for (std::size_t i = begin; i < std::min(end, begin + together); ++i) f(line, i);
      }
    }
  }
};

/// Takes all lines through ends.load(group, to, spare), the transform and ends.store(group, from, spare), where `spare`
/// is an array that is free. Short lines go over threads in groups; in a long one each of these steps does.
template <class T, class Ends>
void transform_lines(const FourierPlan<T>& plan, std::size_t count, std::size_t inner, const Ends& ends) {
  const std::size_t width = plan.is_long() || 2 * count < Lanes<T>::count ? 1 : Lanes<T>::count;
  const std::size_t room = (plan.room() + 1) * width, arrays = plan.is_long() ? 6 : 4;
  const auto transform_groups = [&](std::size_t begin, std::size_t end) {
    Scratch<T> memory(arrays * room + Lanes<T>::count);
    const Planar<T> a{memory.data(), memory.data() + room}, b = a.from(2 * room), c = a.from((arrays - 2) * room);
    for (std::size_t i = begin; i < end; ++i) {
      const Group<T> group{i * width, std::min(width, count - i * width), width, inner};
      ends.load(group, a, b);
      const Planar<T> result = transform(plan, a, b, c, width);
      ends.store(group, result, result.re == a.re || result.im == a.re ? b : a);
    }
  };
  const std::size_t groups = (count + width - 1) / width;
  if (plan.is_long()) transform_groups(0, groups);
  else parallel(groups, transform_groups, std::max<std::size_t>(1, chunk_length / room));
}

/// f(begin, end) for parts of `count` elements of a group: of a long line on all threads.
template <class T, class F>
void each_of(const Group<T>& group, std::size_t count, const F& f) {
  parallel(count, f, std::max<std::size_t>(1, chunk_length / group.width));
}

}  // namespace tapegrad::kernels
