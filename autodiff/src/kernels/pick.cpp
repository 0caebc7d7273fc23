#include "kernels/pick.h"

#include <algorithm>

#include "kernels/scratch.h"

namespace tapegrad::kernels {
namespace {

// What the places along an axis add to the offset of an element; -1 for no place.
List<std::ptrdiff_t> offsets_of(const Runs& runs, std::ptrdiff_t stride) {
  List<std::ptrdiff_t> offsets;
  offsets.reserve(length_of(runs));
  for (const Run& run : runs) {
    for (std::size_t i = 0; i < run.count; ++i) {
      const std::ptrdiff_t place = run.start + run.step * static_cast<std::ptrdiff_t>(i);
      offsets.push_back(run.start < 0 ? -1 : place * stride);
    }
  }
  return offsets;
}

// How a result is walked: rows made of runs, each from one row of the source. Trailing axes that are taken whole belong
// to the rows, together with the axis before them where its runs go forward.
struct RowPlan {
  List<List<std::ptrdiff_t>> leading;  // offsets along the axes before the rows
  Runs runs;                           // of a row
  List<std::size_t> begins;            // where they begin in it
  std::size_t rows = 1, length = 0;

  RowPlan(const Shape& shape, const Picks& picks) {
    const Strides strides = strides_of(shape);
    std::size_t axis = shape.rank(), inner = 1;
    while (axis > 0 && takes_all(picks[axis - 1], shape[axis - 1])) inner *= shape[--axis];
    const auto forward = [](const Run& run) { return run.start < 0 || run.step == 1 || run.count == 1; };
    if (axis > 0 && (inner == 1 || std::all_of(picks[axis - 1].begin(), picks[axis - 1].end(), forward))) {
      for (Run run : picks[--axis]) {
        run.start *= static_cast<std::ptrdiff_t>(inner);
        run.count *= inner;
        if (inner > 1) run.step = 1;
        runs.push_back(run);
      }
    } else {
      runs.push_back({0, 1, inner});
    }
    for (const Run& run : runs) {
      begins.push_back(length);
      length += run.count;
    }
    for (std::size_t i = 0; i < axis; ++i) {
      leading.push_back(offsets_of(picks[i], strides[i]));
      rows *= leading.back().size();
    }
  }
  // Where a row of the source begins, -1 if there is none.
  std::ptrdiff_t source(std::size_t row) const {
    std::ptrdiff_t offset = 0;
    for (std::size_t i = leading.size(); i-- > 0; row /= leading[i].size()) {
      const std::ptrdiff_t more = leading[i][row % leading[i].size()];
      if (more < 0) return -1;
      offset += more;
    }
    return offset;
  }
};

template <class T>
[[gnu::always_inline]] inline void pick_run(T* to, const T* from, std::ptrdiff_t step, std::size_t count) {
  if (step == 0) return void(std::fill_n(to, count, *from));
  if (step == 1 && count >= 16) return void(std::copy_n(from, count, to));
  const auto last = static_cast<std::ptrdiff_t>(count);
  if (step == 1) {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i] = from[i];
  } else {
    for (std::ptrdiff_t i = 0; i < last; ++i) to[i] = from[-i];
  }
}

// A run seen from the source: places [low, high), from the first ones to the last.
struct Reached {
  std::ptrdiff_t low, high;
  std::ptrdiff_t highest;  // the largest `high` of this one and those before it
  Run run;
  std::size_t begin;  // in the result
};

// In the order of their first places: those that touch some places stand together.
List<Reached> reached_by(const Runs& runs) {
  List<Reached> all;
  std::size_t begin = 0;
  for (const Run& run : runs) {
    if (run.count && run.start >= 0) {
      const std::ptrdiff_t last = run.start + run.step * (static_cast<std::ptrdiff_t>(run.count) - 1);
      const auto [low, high] = std::minmax(run.start, last);
      all.push_back({low, high + 1, 0, run, begin});
    }
    begin += run.count;
  }
  std::sort(all.begin(), all.end(), [](const Reached& a, const Reached& b) {
    return a.low != b.low ? a.low < b.low : a.begin < b.begin;
  });
  std::ptrdiff_t highest = 0;
  for (Reached& one : all) one.highest = highest = std::max(highest, one.high);
  return all;
}

// Some neighbouring places and, of each, some neighbouring elements along the inner axis, whose sums are made at once.
constexpr std::size_t box_size = 512;
struct Box {
  std::ptrdiff_t low, high;
  std::size_t width;
};

// Adds what a run brings to the sums of a box. `from`: the result's elements that belong to the box's first of a place.
template <class T>
void add_run(double* sums, const Box& box, const T* from, std::size_t inner, const Reached& reached) {
  const std::ptrdiff_t low = std::max(box.low, reached.low), high = std::min(box.high, reached.high);
  const auto width = static_cast<std::ptrdiff_t>(box.width), row = static_cast<std::ptrdiff_t>(inner);
  const T* const first = from + static_cast<std::ptrdiff_t>(reached.begin) * row;
  double* const to = sums + (low - box.low) * width;
  if (reached.run.step == 0) {
    for (std::size_t q = 0; q < reached.run.count; ++q) {
      for (std::ptrdiff_t i = 0; i < width; ++i) to[i] += double(first[static_cast<std::ptrdiff_t>(q) * row + i]);
    }
  } else if (reached.run.step == 1 && width == row) {
    const T* const source = first + (low - reached.low) * row;
    for (std::ptrdiff_t i = 0; i < (high - low) * row; ++i) to[i] += double(source[i]);
  } else {
    for (std::ptrdiff_t p = low; p < high; ++p) {
      const T* const source = first + (p - reached.run.start) * reached.run.step * row;
      for (std::ptrdiff_t i = 0; i < width; ++i) to[(p - low) * width + i] += double(source[i]);
    }
  }
}

}  // namespace

std::size_t length_of(const Runs& runs) {
  std::size_t length = 0;
  for (const Run& run : runs) length += run.count;
  return length;
}

bool takes_all(const Runs& runs, std::size_t length) {
  return runs.size() == 1 && runs[0].start == 0 && runs[0].count == length && (runs[0].step == 1 || length == 1);
}

template <class T>
void pick(T* to, const T* from, const Shape& shape, const Picks& picks, T number) {
  const RowPlan plan(shape, picks);
  const auto pick_row = [&](std::size_t row, std::size_t begin, std::size_t end, T* target) {
    const std::ptrdiff_t source = plan.source(row);
    if (source < 0) return void(std::fill_n(target, end - begin, number));
    const auto behind = std::upper_bound(plan.begins.begin(), plan.begins.end(), begin);
    for (auto k = static_cast<std::size_t>(behind - plan.begins.begin()) - 1; begin < end; ++k) {
      const Run& run = plan.runs[k];
      const std::size_t skipped = begin - plan.begins[k], count = std::min(run.count - skipped, end - begin);
      const std::ptrdiff_t place = run.start + run.step * static_cast<std::ptrdiff_t>(skipped);
      if (run.start < 0) std::fill_n(target, count, number);
      else if (count) pick_run(target, from + source + place, run.step, count);
      target += count;
      begin += count;
    }
  };
  const std::size_t length = plan.length;
  const std::size_t chunk = length == 0 || length > chunk_length ? chunk_length : chunk_length / length * length;
  parallel(plan.rows * length, [&](std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t row = begin / length, stop = std::min(end, (row + 1) * length);
      pick_row(row, begin - row * length, stop - row * length, to + begin);
      begin = stop;
    }
  }, chunk);
}

template <class T>
void sum_picked(T* to, const T* from, std::size_t outer, std::size_t length, std::size_t inner, const Runs& runs) {
  const List<Reached> reached = reached_by(runs);
  const std::size_t picked = length_of(runs);
  const auto sum_box = [&](T* target, std::size_t block, const Box& box, std::size_t column) {
    double sums[box_size] = {};
    const T* const source = from + block * picked * inner + column;
    auto one = std::lower_bound(reached.begin(), reached.end(), box.low,
                                [](const Reached& r, std::ptrdiff_t place) { return r.highest <= place; });
    for (; one != reached.end() && one->low < box.high; ++one) {
      if (one->high > box.low) add_run(sums, box, source, inner, *one);
    }
    const std::size_t count = static_cast<std::size_t>(box.high - box.low) * box.width;
    for (std::size_t i = 0; i < count; ++i) target[i] = static_cast<T>(sums[i]);
  };
  parallel(outer * length * inner, [&](std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t block = begin / (length * inner), place = begin / inner % length, column = begin % inner;
      std::size_t places = column ? 0 : std::min({length - place, box_size / inner, (end - begin) / inner});
      const std::size_t width = places ? inner : std::min({inner - column, box_size, end - begin});
      places = std::max<std::size_t>(places, 1);
      const auto low = static_cast<std::ptrdiff_t>(place);
      sum_box(to + begin, block, {low, low + static_cast<std::ptrdiff_t>(places), width}, column);
      begin += places * width;
    }
  });
}

template void pick(float*, const float*, const Shape&, const Picks&, float);
template void pick(double*, const double*, const Shape&, const Picks&, double);
template void sum_picked(float*, const float*, std::size_t, std::size_t, std::size_t, const Runs&);
template void sum_picked(double*, const double*, std::size_t, std::size_t, std::size_t, const Runs&);

}  // namespace tapegrad::kernels
