#include "kernels/convolution_planes.h"

namespace tapegrad::kernels {
namespace {

// The elements of a range of places, of which only those from 0 to below `size` are there: how many lie before, and how
// many are there.
struct Inside {
  std::size_t before, there;
  Inside(std::ptrdiff_t first, std::size_t step, std::size_t count, std::size_t size) {
    const auto by = static_cast<std::ptrdiff_t>(step), all = static_cast<std::ptrdiff_t>(count);
    const std::ptrdiff_t low = first < 0 ? std::min((-first + by - 1) / by, all) : 0;
    const std::ptrdiff_t left = static_cast<std::ptrdiff_t>(size) - first;
    const std::ptrdiff_t high = left > 0 ? std::min((left + by - 1) / by, all) : 0;
    before = static_cast<std::size_t>(low);
    there = high > low ? static_cast<std::size_t>(high - low) : 0;
  }
};

// One part of one channel: places along each axis from `first` on, `step` apart.
template <class T>
void pack_part(T* to, const Pictures<const T>& from, const T* channel, const Planes& planes, const Places& first,
               const Lengths& step) {
  const auto at = [&](std::size_t axis, std::size_t i) {
    return first[axis] + static_cast<std::ptrdiff_t>(i * step[axis]);
  };
  const auto outside = [&](std::size_t axis, std::size_t i) {
    return at(axis, i) < 0 || at(axis, i) >= static_cast<std::ptrdiff_t>(from.size[axis]);
  };
  const std::size_t row = planes.length[3];
  const Inside inside(first[3], step[3], row, from.size[3]);
  for (std::size_t n = 0; n < planes.length[0]; ++n) {
    for (std::size_t z = 0; z < planes.length[1]; ++z) {
      for (std::size_t y = 0; y < planes.length[2]; ++y, to += row) {
        if (outside(0, n) || outside(1, z) || outside(2, y)) {
          std::fill_n(to, row, T(0));
          continue;
        }
        const std::ptrdiff_t start = at(0, n) * std::ptrdiff_t(from.step[0]) + at(1, z) * std::ptrdiff_t(from.step[1]) +
                                     at(2, y) * std::ptrdiff_t(from.step[2]);
        std::fill_n(to, inside.before, T(0));
        if (inside.there) {
          const T* x = channel + (start + at(3, inside.before));
          if (step[3] == 1) std::copy_n(x, inside.there, to + inside.before);
          else for (std::size_t i = 0; i < inside.there; ++i) to[inside.before + i] = x[i * step[3]];
        }
        std::fill(to + inside.before + inside.there, to + row, T(0));
      }
    }
  }
}

}  // namespace

template <class T>
void pack(T* to, const Pictures<const T>& from, std::size_t first, std::size_t channels, const Planes& planes,
          const Box& box) {
  Lengths step;
  for (std::size_t axis = 0; axis < picture_axes; ++axis) step[axis] = planes.layouts[axis].step;
  const auto start = [&](std::size_t axis, std::size_t part) {
    const Layout& layout = planes.layouts[axis];
    return static_cast<std::ptrdiff_t>(box.begin[axis] * layout.step + layout.parts[part]) - layout.before;
  };
  const auto& layouts = planes.layouts;
  for (std::size_t c = 0; c < channels; ++c) {
    const T* const channel = from.data + (first + c) * from.channel_step;
    for (std::size_t z = 0; z < layouts[1].parts.size(); ++z) {
      for (std::size_t y = 0; y < layouts[2].parts.size(); ++y) {
        for (std::size_t x = 0; x < layouts[3].parts.size(); ++x, to += planes.part) {
          pack_part(to, from, channel, planes, {start(0, 0), start(1, z), start(2, y), start(3, x)}, step);
        }
      }
    }
  }
}

template <class T>
void unpack(const Pictures<T>& to, std::size_t channel, const T* from, const Planes& planes, const Lengths& count,
            const Places& first, const Lengths& step, T add) {
  std::array<Inside, picture_axes> inside{Inside(first[0], step[0], count[0], to.size[0]),
                                          Inside(first[1], step[1], count[1], to.size[1]),
                                          Inside(first[2], step[2], count[2], to.size[2]),
                                          Inside(first[3], step[3], count[3], to.size[3])};
  const auto distance = [&](std::size_t axis, std::size_t i) {
    const std::ptrdiff_t at = first[axis] + static_cast<std::ptrdiff_t>((inside[axis].before + i) * step[axis]);
    return at * static_cast<std::ptrdiff_t>(to.step[axis]);
  };
  T* const start = to.data + channel * to.channel_step;
  if (inside[3].there == 0) return;
  for (std::size_t n = 0; n < inside[0].there; ++n) {
    for (std::size_t z = 0; z < inside[1].there; ++z) {
      for (std::size_t y = 0; y < inside[2].there; ++y) {
        T* const row = start + (distance(0, n) + distance(1, z) + distance(2, y) + distance(3, 0));
        const T* const source = from + planes.place({inside[0].before + n, inside[1].before + z, inside[2].before + y,
                                                     inside[3].before});
        if (step[3] == 1) for (std::size_t i = 0; i < inside[3].there; ++i) row[i] = source[i] + add;
        else for (std::size_t i = 0; i < inside[3].there; ++i) row[i * step[3]] = source[i] + add;
      }
    }
  }
}

template void pack(float*, const Pictures<const float>&, std::size_t, std::size_t, const Planes&, const Box&);
template void pack(double*, const Pictures<const double>&, std::size_t, std::size_t, const Planes&, const Box&);
template void unpack(const Pictures<float>&, std::size_t, const float*, const Planes&, const Lengths&, const Places&,
                     const Lengths&, float);
template void unpack(const Pictures<double>&, std::size_t, const double*, const Planes&, const Lengths&, const Places&,
                     const Lengths&, double);

}  // namespace tapegrad::kernels
