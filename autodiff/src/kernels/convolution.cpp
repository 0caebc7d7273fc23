#include "kernels/convolution.h"

#include <algorithm>
#include <utility>

#include "kernels/convolution_reading.h"
#include "kernels/convolution_tiles.h"
#include "kernels/gemm.h"
#include "kernels/scratch.h"
#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {
namespace {

// f(first, rows as a constant) for blocks of as many rows as a tile can have.
template <std::size_t rows = most_rows, class F>
void for_each_block(std::size_t count, const F& f, std::size_t first = 0) {
  for (; count - first >= rows; first += rows) f(first, std::integral_constant<std::size_t, rows>());
  if constexpr (rows > 1) for_each_block<rows / 2>(count, f, first);
}

// Sums over channels and taps: to[n, row, q] = sum of w[row, channel, tap] from[n, channel, where the tap says].
template <class T>
struct Sums {
  Pictures<const T> from;
  Pictures<T> to;
  std::size_t groups, channels, rows;
  const T *w, *bias;
  std::size_t row_step, channel_step, group_step;  // in w
  Reading reading;

  std::size_t terms(const Pass& pass) const { return channels * pass.taps.size(); }

  // Whether a row's weights lie beside each other in the order of the planes, so that BLAS can have them as they are.
  bool weights_are_matrix() const { return reading.own && channel_step < row_step; }

  // For each group, pass and block of rows: the weights of one term beside each other. For BLAS all rows are one block.
  void pack_weights(T* packed, const List<std::size_t>& begins) const {
    const std::size_t length = begins.back();
    parallel(groups * reading.passes.size(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const Pass& pass = reading.passes[i % reading.passes.size()];
        const T* const of_group = w + i / reading.passes.size() * group_step;
        T* to_block = packed + i / reading.passes.size() * length + begins[i % reading.passes.size()];
        const auto pack_block = [&](std::size_t first, std::size_t block) {
          for (std::size_t c = 0; c < channels; ++c) {
            for (const Tap& tap : pass.taps) {
              const T* const one = of_group + first * row_step + c * channel_step + tap.number;
              for (std::size_t r = 0; r < block; ++r) *to_block++ = one[r * row_step];
            }
          }
        };
        if (reading.own) pack_block(0, rows);
        else for_each_block(rows, pack_block);
      }
    }, 1);
  }

  // Where the terms of a pass begin in the planes, in the order of the weights.
  List<std::size_t> places_of(const Pass& pass, const Planes& planes) const {
    List<std::size_t> places;
    places.reserve(terms(pass));
    for (std::size_t c = 0; c < channels; ++c) {
      for (const Tap& tap : pass.taps) {
        places.push_back(c * planes.channel + tap.part * planes.part + planes.place(tap.at));
      }
    }
    return places;
  }

  // Rows of results (row, q) from the planes. A strip of the planes and a part of the weights stay in the first cache
  // while all rows are made of them; longer sums are made in parts.
  template <std::size_t registers>
  void fill_rows(T* results, std::size_t step, std::size_t reach, std::size_t count, const T* packed,
                 const List<std::size_t>& places, const T* weights) const {
    constexpr std::size_t most_terms = 512, strip = registers * Lanes<T>::count;
    if (places.empty()) std::fill_n(results, count * step, T(0));
    for (std::size_t k = 0; k < places.size(); k += most_terms) {
      const std::size_t some = std::min(most_terms, places.size() - k);
      const auto fill = [&]<std::size_t width>(std::size_t q, std::integral_constant<std::size_t, width>) {
        for_each_block(count, [&]<std::size_t block>(std::size_t row, std::integral_constant<std::size_t, block>) {
          if constexpr (block * width <= most_rows * narrow) {
            tile_of_products<block, width>(results + row * step + q, step, packed + q, places.data() + k, some,
                                           weights + row * places.size() + k * block, k > 0);
          }
        });
      };
      std::size_t q = 0;
      for (; q + strip <= reach; q += strip) fill(q, std::integral_constant<std::size_t, registers>());
      const std::size_t left = (reach - q + Lanes<T>::count - 1) / Lanes<T>::count;
      if (left == 1) fill(q, std::integral_constant<std::size_t, 1>());
      else if (left == 2) fill(q, std::integral_constant<std::size_t, 2>());
      else if (left > 2) fill(q, std::integral_constant<std::size_t, registers>());
    }
  }

  // The same by BLAS, of planes that are a matrix: a row for each term.
  void multiply(T* results, std::size_t step, std::size_t reach, std::size_t first_row, std::size_t count,
                const T* packed, std::size_t all, std::size_t group, const T* weights) const {
    Matrix<T> factors{weights + first_row, true, rows};
    if (weights_are_matrix()) factors = {w + group * group_step + first_row * row_step, false, all};
    gemm<T>(factors, {packed, false, reach}, results, count, reach, all, false, nullptr, step);
  }

  // Rows from `first` on of the results in a box.
  void run_box(const Box& box, std::size_t group, std::size_t first_row, std::size_t count, const T* packed_weights,
               const List<std::size_t>& begins) const {
    const Planes planes(reading.layouts, box.count);
    const std::size_t length = channels * planes.channel;
    const Scratch<T> packed(length + longest_tile<T>);
    std::fill_n(packed.data() + length, longest_tile<T>, T(0));
    pack(packed.data(), from, group * channels, channels, planes, box);
    const std::size_t reach = planes.reach(box.count), step = reach + longest_tile<T>;
    const Scratch<T> results(count * step);
    for (std::size_t p = 0; p < reading.passes.size(); ++p) {
      const Pass& pass = reading.passes[p];
      if (reading.own) {
        multiply(results.data(), step, reach, first_row, count, packed.data(), terms(pass), group,
                 packed_weights + begins[p]);
      } else {
        const List<std::size_t> places = places_of(pass, planes);
        const auto fill = count < most_rows ? &Sums::fill_rows<wide> : &Sums::fill_rows<narrow>;
        (this->*fill)(results.data(), step, reach, count, packed.data(), places,
                      packed_weights + begins[p] + first_row * places.size());
      }
      Places first = pass.first;
      for (std::size_t axis = 0; axis < picture_axes; ++axis) {
        first[axis] += static_cast<std::ptrdiff_t>(box.begin[axis] * pass.step[axis]);
      }
      for (std::size_t r = 0; r < count; ++r) {
        const std::size_t channel = group * rows + first_row + r;
        unpack(to, channel, results.data() + r * step, planes, box.count, first, pass.step,
               bias ? bias[channel] : T(0));
      }
    }
  }

  void run() const {
    if (to.size[0] == 0 || rows * groups == 0) return;
    const bool as_they_are = weights_are_matrix();
    List<std::size_t> begins{0};
    for (const Pass& pass : reading.passes) begins.push_back(begins.back() + (as_they_are ? 0 : rows * terms(pass)));
    const std::size_t length = begins.back();
    const Scratch<T> packed(std::max<std::size_t>(1, groups * length));
    if (!as_they_are) pack_weights(packed.data(), begins);
    // Where there are few boxes, threads share the rows of one, in whole blocks.
    constexpr std::size_t least_places = 192;
    const Boxes boxes(reading.count, channels * reading.planes_of_channel(), least_places);
    const std::size_t tasks = std::max<std::size_t>(1, boxes.count() * groups);
    const std::size_t wanted = std::max<std::size_t>(1, Boxes::enough / tasks);
    const std::size_t slice = std::max<std::size_t>(2, (rows / most_rows + wanted - 1) / wanted) * most_rows;
    const std::size_t slices = (rows + slice - 1) / slice;
    parallel(boxes.count() * groups * slices, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t group = i / slices % groups, row = i % slices * slice;
        run_box(boxes[i / slices / groups], group, row, std::min(slice, rows - row), packed.data() + group * length,
                begins);
      }
    }, 1);
  }
};

}  // namespace

template <class T>
void convolve(T* y, const T* x, const T* w, const T* bias, const ConvolutionSizes& s) {
  const std::size_t taps = s.taps();
  const Sums<T> sums{{x, s.size, s.groups * s.in}, {y, s.result, s.groups * s.out}, s.groups, s.in, s.out, w, bias,
                     s.in * taps, taps, s.out * s.in * taps, forwards(s, s.out)};
  sums.run();
}

template <class T>
void convolve_back(T* x, const T* g, const T* w, const ConvolutionSizes& s) {
  const std::size_t taps = s.taps();
  if (std::find(s.size.begin(), s.size.end(), 0) != s.size.end()) return;
  const Sums<T> sums{{g, s.result, s.groups * s.out}, {x, s.size, s.groups * s.in}, s.groups, s.out, s.in, w, nullptr,
                     taps, s.in * taps, s.out * s.in * taps, backwards(s, s.in)};
  if (!sums.reading.everywhere) {
    parallel(s.size[0] * s.groups * s.in * s.size[1] * s.size[2] * s.size[3],
             [x](std::size_t begin, std::size_t end) { std::fill(x + begin, x + end, T(0)); });
  }
  sums.run();
}

namespace {

// One box's part of the sums for some channels' weights of a group, added to `to` (out, in, taps).
template <class T>
void add_dots(T* to, const Pictures<const T>& x, const Pictures<const T>& g, const ConvolutionSizes& s,
              std::size_t group, std::size_t channel, std::size_t channels,
              const Reading& reading, const Box& box) {
  const Planes planes(reading.layouts, box.count);
  const List<Tap>& taps = reading.passes[0].taps;
  constexpr std::size_t width = Lanes<T>::count;
  const std::size_t reach = planes.reach(box.count), length = (reach + width - 1) / width * width;
  const Scratch<T> packed_x(channels * planes.channel + width), packed_g(s.out * (planes.part + width));
  std::fill_n(packed_x.data() + channels * planes.channel, width, T(0));
  pack(packed_x.data(), x, group * s.in + channel, channels, planes, box);
  // g as long as the planes, with zeros past the box: what x has there belongs to other sums.
  std::array<Layout, picture_axes> spread;
  Pictures<const T> of_box = g;
  for (std::size_t axis = 0; axis < picture_axes; ++axis) {
    spread[axis].extra = reading.layouts[axis].extra;
    of_box.size[axis] = box.begin[axis] + box.count[axis];
  }
  const Planes rows_of_g(spread, box.count);
  const std::size_t row_step = planes.part + width;
  for (std::size_t o = 0; o < s.out; ++o) {
    T* const row = packed_g.data() + o * row_step;
    pack(row, of_box, group * s.out + o, 1, rows_of_g, box);
    std::fill_n(row + planes.part, width, T(0));
  }
  const std::size_t terms = channels * taps.size(), all_terms = s.in * taps.size();
  to += channel * taps.size();
  if (reading.own) {
    return gemm<T>({packed_g.data(), false, row_step}, {packed_x.data(), true, reach}, to, s.out, terms, reach, true,
                   nullptr, all_terms);
  }
  const auto place = [&](std::size_t k) {
    const Tap& tap = taps[k % taps.size()];
    return packed_x.data() + k / taps.size() * planes.channel + tap.part * planes.part + planes.place(tap.at);
  };
  for (std::size_t o = 0; o < s.out; o += rows_of_dots) {
    const T* rows[rows_of_dots];
    for (std::size_t r = 0; r < rows_of_dots; ++r) {
      rows[r] = packed_g.data() + std::min(o + r, s.out - 1) * row_step;
    }
    for (std::size_t k = 0; k < terms; k += places_of_dots) {
      const T* places[places_of_dots];
      T* targets[rows_of_dots][places_of_dots];
      for (std::size_t j = 0; j < places_of_dots; ++j) {
        places[j] = place(std::min(k + j, terms - 1));
        for (std::size_t r = 0; r < rows_of_dots; ++r) {
          targets[r][j] = o + r < s.out && k + j < terms ? to + (o + r) * all_terms + k + j : nullptr;
        }
      }
      dots_of_places(targets, rows, places, length);
    }
  }
}

}  // namespace

template <class T>
void convolve_for_weights(T* w, const T* x, const T* g, const ConvolutionSizes& s) {
  const Reading reading = forwards(s, s.out);
  const std::size_t length = s.out * s.in * reading.passes[0].taps.size(), total = s.groups * length;
  std::fill_n(w, total, T(0));
  // Sums over many places, or the end of each would take longer than the rest.
  constexpr std::size_t least_places = 1024, most_parts = 16, few_channels = 16;
  const Boxes boxes(s.result, s.in * reading.planes_of_channel(), least_places);
  if (boxes.count() == 0 || total == 0) return;
  const Pictures<const T> pictures(x, s.size, s.groups * s.in), adjoints(g, s.result, s.groups * s.out);
  // Each part sums some of the boxes; the parts are added in their order.
  const std::size_t boxes_of_part = (boxes.count() + most_parts - 1) / most_parts;
  const std::size_t parts = (boxes.count() + boxes_of_part - 1) / boxes_of_part;
  const std::size_t wanted = std::max<std::size_t>(1, Boxes::enough / (parts * s.groups));
  const std::size_t slice = std::max(std::min(s.in, few_channels), (s.in + wanted - 1) / wanted);
  const std::size_t slices = (s.in + slice - 1) / slice;
  const Scratch<T> sums(parts > 1 ? parts * total : 1);
  if (parts > 1) std::fill_n(sums.data(), parts * total, T(0));
  parallel(parts * s.groups * slices, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t part = i / slices / s.groups, group = i / slices % s.groups, channel = i % slices * slice;
      T* const to = (parts > 1 ? sums.data() + part * total : w) + group * length;
      const std::size_t end_of_part = std::min((part + 1) * boxes_of_part, boxes.count());
      for (std::size_t box = part * boxes_of_part; box < end_of_part; ++box) {
        add_dots(to, pictures, adjoints, s, group, channel, std::min(slice, s.in - channel), reading, boxes[box]);
      }
    }
  }, 1);
  if (parts == 1) return;
  parallel(total, [&](std::size_t begin, std::size_t end) {
    for (std::size_t part = 0; part < parts; ++part) {
      const T* const from = sums.data() + part * total;
      for (std::size_t i = begin; i < end; ++i) w[i] += from[i];
    }
  });
}

template void convolve(float*, const float*, const float*, const float*, const ConvolutionSizes&);
template void convolve(double*, const double*, const double*, const double*, const ConvolutionSizes&);
template void convolve_back(float*, const float*, const float*, const ConvolutionSizes&);
template void convolve_back(double*, const double*, const double*, const ConvolutionSizes&);
template void convolve_for_weights(float*, const float*, const float*, const ConvolutionSizes&);
template void convolve_for_weights(double*, const double*, const double*, const ConvolutionSizes&);

}  // namespace tapegrad::kernels
