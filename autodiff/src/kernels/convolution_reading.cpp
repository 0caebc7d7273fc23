#include "kernels/convolution_reading.h"

#include <algorithm>
#include <utility>

namespace tapegrad::kernels {
namespace {

using Parts = decltype(Layout::parts);
void add_once(Parts& parts, std::size_t part) {
  if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
}

// f(number, (place along each axis)) for all elements of a kernel.
template <class F>
void for_each_tap(const Lengths& kernel, const F& f) {
  std::size_t number = 0;
  for (std::size_t n = 0; n < kernel[0]; ++n) {
    for (std::size_t z = 0; z < kernel[1]; ++z) {
      for (std::size_t y = 0; y < kernel[2]; ++y) {
        for (std::size_t x = 0; x < kernel[3]; ++x) f(number++, Lengths{n, z, y, x});
      }
    }
  }
}

// Whether each tap gets planes of its own instead of sharing longer ones. That costs a copy of each term, which is worth
// while where what is read for nothing between the rows of small pictures, for each row of the result, is more; or where
// there is one tap, and rows enough for BLAS. The numbers are measured.
bool own_planes(const Lengths& result, const std::array<Layout, picture_axes>& shared, std::size_t taps,
                std::size_t rows) {
  std::size_t exact = 1, longer = 1;
  for (std::size_t axis = 1; axis < picture_axes; ++axis) {
    exact *= result[axis];
    longer *= result[axis] + shared[axis].extra;
  }
  if (taps == 1) return rows >= 32;
  const double for_nothing = static_cast<double>(longer) / static_cast<double>(std::max<std::size_t>(1, exact)) - 1.15;
  return static_cast<double>(rows) * for_nothing > 38;
}

}  // namespace

Reading forwards(const ConvolutionSizes& s, std::size_t rows) {
  Reading reading{.layouts = {}, .count = s.result, .passes = {}};
  auto& layouts = reading.layouts;
  const auto split = [&](bool own) {
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      const std::size_t stride = s.stride[axis], reach = (s.kernel[axis] - 1) * s.dilation[axis] / stride;
      layouts[axis] = {stride, static_cast<std::ptrdiff_t>(s.before[axis]), own ? 0 : reach, {}};
      auto& parts = layouts[axis].parts;
      for (std::size_t k = 0; k < s.kernel[axis]; ++k) {
        add_once(parts, own ? k * s.dilation[axis] : k * s.dilation[axis] % stride);
      }
    }
  };
  split(false);
  const bool own = reading.own = own_planes(s.result, layouts, s.taps(), rows);
  if (own) split(true);
  Pass pass{{}, {0, 0, 0, 0}, {1, 1, 1, 1}};
  for_each_tap(s.kernel, [&](std::size_t number, const Lengths& k) {
    Tap tap{number, 0, {}};
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      const std::size_t place = k[axis] * s.dilation[axis], part = own ? place : place % s.stride[axis];
      const auto& parts = layouts[axis].parts;
      const auto found = std::find(parts.begin(), parts.end(), part) - parts.begin();
      tap.part = tap.part * parts.size() + static_cast<std::size_t>(found);
      tap.at[axis] = own ? 0 : place / s.stride[axis];
    }
    pass.taps.push_back(tap);
  });
  reading.passes.push_back(std::move(pass));
  return reading;
}

Reading backwards(const ConvolutionSizes& s, std::size_t rows) {
  Reading reading;
  auto& layouts = reading.layouts;
  Lengths first, reach;
  for (std::size_t axis = 0; axis < picture_axes; ++axis) {
    first[axis] = s.before[axis] / s.stride[axis];
    reading.count[axis] = (s.size[axis] - 1 + s.before[axis]) / s.stride[axis] - first[axis] + 1;
    reach[axis] = (s.kernel[axis] - 1) * s.dilation[axis] / s.stride[axis];
    layouts[axis].extra = reach[axis];
    layouts[axis].before = static_cast<std::ptrdiff_t>(reach[axis]) - static_cast<std::ptrdiff_t>(first[axis]);
  }
  const bool own = reading.own = s.stride == Lengths{1, 1, 1, 1} && own_planes(reading.count, layouts, s.taps(), rows);
  if (own) {
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      layouts[axis].extra = 0;
      layouts[axis].parts = {};
      for (std::size_t k = 0; k < s.kernel[axis]; ++k) {
        layouts[axis].parts.push_back(reach[axis] - k * s.dilation[axis] / s.stride[axis]);
      }
    }
  }
  std::array<Parts, picture_axes> met;  // the places within the stride at which a tap stands
  Lengths counts;
  for (std::size_t axis = 0; axis < picture_axes; ++axis) {
    for (std::size_t k = 0; k < s.kernel[axis]; ++k) add_once(met[axis], k * s.dilation[axis] % s.stride[axis]);
    counts[axis] = met[axis].size();
    reading.everywhere &= counts[axis] == s.stride[axis];
  }
  for_each_tap(counts, [&](std::size_t, const Lengths& which) {
    Pass pass{{}, {}, s.stride};
    Lengths within;
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      within[axis] = met[axis][which[axis]];
      pass.first[axis] = static_cast<std::ptrdiff_t>(first[axis] * s.stride[axis] + within[axis]) -
                         static_cast<std::ptrdiff_t>(s.before[axis]);
    }
    for_each_tap(s.kernel, [&](std::size_t number, const Lengths& k) {
      Tap tap{number, 0, {}};
      for (std::size_t axis = 0; axis < picture_axes; ++axis) {
        const std::size_t place = k[axis] * s.dilation[axis];
        if (place % s.stride[axis] != within[axis]) return;
        if (own) tap.part = tap.part * s.kernel[axis] + k[axis];
        else tap.at[axis] = reach[axis] - place / s.stride[axis];
      }
      pass.taps.push_back(tap);
    });
    reading.passes.push_back(std::move(pass));
  });
  return reading;
}

}  // namespace tapegrad::kernels
