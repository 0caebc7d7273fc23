#include "kernels/copy.h"

#include <algorithm>

namespace tapegrad::kernels {
namespace {

// Below this many elements a loop is faster than a call that copies memory.
constexpr std::size_t few = 16;

template <class T>
[[gnu::always_inline]] inline void copy_run(T* to, const T* from, std::size_t count) {
  if (count >= few) return void(std::copy_n(from, count, to));
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
}

// A part of a row; the step of `to` or of `from` may be any number.
template <class T>
[[gnu::always_inline]] inline void copy_row(T* to, std::ptrdiff_t to_step, const T* from, std::ptrdiff_t step,
                                            std::size_t count) {
  const auto last = static_cast<std::ptrdiff_t>(count);
  if (to_step != 1) {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i * to_step] = from[i * step];
  } else if (step == 1) {
    copy_run(to, from, count);
  } else if (step == 0) {
    std::fill_n(to, count, *from);
  } else if (step == -1) {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i] = from[-i];
  } else if (step == 2) {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i] = from[2 * i];
  } else {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i] = from[i * step];
  }
}

// Many rows of few elements: places of a row one after the other, each in some hundreds of rows at once. `walk` is over
// the axes but that of the rows.
template <class T>
void copy_short_rows(T* to, const T* from, const Walk<2>& walk, const Walk<2>::Axis& row) {
  constexpr std::size_t some = 256;
  const std::ptrdiff_t to_step = walk.step(0), step = walk.step(1);
  walk.all_rows([&](const auto& at, std::size_t length) {
    for (std::size_t begin = 0; begin < length; begin += some) {
      const auto first = static_cast<std::ptrdiff_t>(begin);
      const auto end = static_cast<std::ptrdiff_t>(std::min(length, begin + some));
      for (std::size_t k = 0; k < row.length; ++k) {
        T* const target = to + at[0] + static_cast<std::ptrdiff_t>(k) * row.steps[0];
        const T* const source = from + at[1] + static_cast<std::ptrdiff_t>(k) * row.steps[1];
        if (step == 1) {
          for (std::ptrdiff_t i = first; i < end; ++i) target[i * to_step] = source[i];
        } else {
          for (std::ptrdiff_t i = first; i < end; ++i) target[i * to_step] = source[i * step];
        }
      }
    }
  });
}

// The walk without the axis of its rows.
Walk<2> without_rows(const Walk<2>& walk) {
  ShortVector<std::size_t, 8> shape;
  std::array<Strides, 2> strides;
  for (std::size_t i = walk.axes().size(); i-- > 1;) {
    shape.push_back(walk.axes()[i].length);
    for (std::size_t k = 0; k < 2; ++k) strides[k].push_back(walk.axes()[i].steps[k]);
  }
  return Walk<2>(Shape(shape), strides);
}

// A tile is read row by row and written row by row: each line of memory is used up at once, whatever the strides are.
constexpr std::size_t side = 32;

// to[i * to_row + k] = from[i + k * from_row] for i < rows, k < columns.
template <class T>
void transpose_tile(T* to, std::ptrdiff_t to_row, std::size_t rows, const T* from, std::ptrdiff_t from_row,
                    std::size_t columns) {
  T tile[side][side + 1];
  const bool whole = rows == side && columns == side;
  for (std::size_t k = 0; k < columns; ++k, from += from_row) {
    for (std::size_t i = 0; i < (whole ? side : rows); ++i) tile[k][i] = from[i];
  }
  for (std::size_t i = 0; i < rows; ++i, to += to_row) {
    for (std::size_t k = 0; k < (whole ? side : columns); ++k) to[k] = tile[k][i];
  }
}

// The axis along which `from` has no gaps, where it is not the one of rows: the copy then transposes. Else 0.
std::size_t transposed_axis(const Walk<2>& walk) {
  const auto& axes = walk.axes();
  const std::ptrdiff_t step = walk.step(1);
  if (walk.step(0) != 1 || step == 0 || step == 1 || axes[0].length < 4) return 0;
  for (std::size_t i = 1; i < axes.size(); ++i) {
    if (axes[i].steps[1] == 1 && axes[i].length >= 4) return i;
  }
  return 0;
}

// A copy in tiles of the rows' axis and `other`. Threads take some tiles at a time, those of a row of tiles together.
template <class T>
void copy_tiles(T* to, const T* from, const Walk<2>& walk, std::size_t other) {
  const auto& axes = walk.axes();
  ShortVector<std::size_t, 8> tiles;  // along each axis
  std::size_t count = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    tiles.push_back(i == 0 || i == other ? (axes[i].length + side - 1) / side : axes[i].length);
    count *= tiles[i];
  }
  const auto copy_some = [&](std::size_t begin, std::size_t end) {
    for (std::size_t tile = begin; tile < end; ++tile) {
      T* target = to;
      const T* source = from;
      std::size_t sides[2] = {};  // along the rows' axis and the other one
      for (std::size_t i = 0, rest = tile; i < axes.size(); rest /= tiles[i++]) {
        std::size_t place = rest % tiles[i];
        if (i == 0 || i == other) {
          place *= side;
          sides[i != 0] = std::min(side, axes[i].length - place);
        }
        target += axes[i].steps[0] * static_cast<std::ptrdiff_t>(place);
        source += axes[i].steps[1] * static_cast<std::ptrdiff_t>(place);
      }
      transpose_tile(target, axes[other].steps[0], sides[1], source, walk.step(1), sides[0]);
    }
  };
  parallel(count, copy_some, chunk_length / (side * side));
}

// The part that holds a column.
template <class T>
std::size_t part_at(std::span<const Part<T>> parts, std::size_t column) {
  const auto behind = std::upper_bound(parts.begin(), parts.end(), column,
                                       [](std::size_t place, const Part<T>& part) { return place < part.begin; });
  return static_cast<std::size_t>(behind - parts.begin()) - 1;
}

}  // namespace

template <class T>
void fill(T* to, std::size_t count, T value) {
  parallel(count, [=](std::size_t begin, std::size_t end) { std::fill(to + begin, to + end, value); });
}

template <class T>
void copy(T* to, const Strides& to_strides, const T* from, const Strides& from_strides, const Shape& shape) {
  if (shape.size() == 0) return;
  const Walk<2> walk(shape, {to_strides, from_strides});
  if (const std::size_t other = transposed_axis(walk)) return copy_tiles(to, from, walk, other);
  const auto& axes = walk.axes();
  if (axes.size() > 1 && axes[0].length < few && axes[1].length > axes[0].length) {
    return copy_short_rows(to, from, without_rows(walk), axes[0]);
  }
  walk.all_rows([&](const auto& at, std::size_t length) {
    copy_row(to + at[0], walk.step(0), from + at[1], walk.step(1), length);
  });
}

template <class T>
void add(T* to, const Strides& to_strides, const T* from, const Shape& shape) {
  if (shape.size() == 0) return;
  const Walk<2> walk(shape, {to_strides, strides_of(shape)});
  const std::ptrdiff_t step = walk.step(0);
  walk.all_rows([=](const auto& at, std::size_t length) {
    T* target = to + at[0];
    const T* source = from + at[1];
    if (step == 1) {
      for (std::size_t i = 0; i < length; ++i) target[i] += source[i];
    } else {
      for (std::size_t i = 0; i < length; ++i) target[static_cast<std::ptrdiff_t>(i) * step] += source[i];
    }
  });
}

template <class T>
void join(T* to, std::span<const Part<T>> parts, std::size_t rows, std::size_t width) {
  const auto copy_elements = [=](std::size_t begin, std::size_t end) {  // of one row, or to its end
    const std::size_t row = begin / width, column = begin % width;
    std::size_t k = part_at(parts, column);
    for (std::size_t at = column; begin < end; ++k) {
      const std::size_t from = at - parts[k].begin, count = std::min(parts[k].width - from, end - begin);
      copy_run(to + begin, parts[k].data + row * parts[k].width + from, count);
      begin += count;
      at += count;
    }
  };
  if (width > chunk_length / 4) {
    return parallel(rows * width, [&](std::size_t begin, std::size_t end) {
      while (begin < end) {
        const std::size_t stop = std::min(end, (begin / width + 1) * width);
        copy_elements(begin, stop);
        begin = stop;
      }
    });
  }
  const auto copy_rows = [=](std::size_t begin, std::size_t end) {
    for (const Part<T>& part : parts) {
      const T* source = part.data + begin * part.width;
      T* target = to + begin * width + part.begin;
      if (part.width == 1) {
        for (std::size_t row = 0; row < end - begin; ++row) target[row * width] = source[row];
      } else {
        for (std::size_t row = begin; row < end; ++row, target += width, source += part.width) {
          copy_run(target, source, part.width);
        }
      }
    }
  };
  if (width == 0) return;
  const std::size_t at_once = std::max<std::size_t>(1, chunk_length / 8 / width);  // rows that stay in the cache
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (; begin < end; begin += at_once) copy_rows(begin, std::min(end, begin + at_once));
  }, chunk_length / width);
}

template void fill(float*, std::size_t, float);
template void fill(double*, std::size_t, double);
template void copy(float*, const Strides&, const float*, const Strides&, const Shape&);
template void copy(double*, const Strides&, const double*, const Strides&, const Shape&);
template void copy(std::int32_t*, const Strides&, const std::int32_t*, const Strides&, const Shape&);
template void copy(bool*, const Strides&, const bool*, const Strides&, const Shape&);
template void add(float*, const Strides&, const float*, const Shape&);
template void add(double*, const Strides&, const double*, const Shape&);
template void join(float*, std::span<const Part<float>>, std::size_t, std::size_t);
template void join(double*, std::span<const Part<double>>, std::size_t, std::size_t);

}  // namespace tapegrad::kernels
