// Arrays of pictures cut into boxes and laid out so that a convolution reads every term at a fixed distance: with zeros
// around, and split by the place within a stride.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/convolution.h"
#include "tapegrad/tensor/short_vector.h"

namespace tapegrad::kernels {

using Lengths = ConvolutionSizes::Lengths;
using Places = std::array<std::ptrdiff_t, ConvolutionSizes::axes>;
inline constexpr std::size_t picture_axes = ConvolutionSizes::axes;

/// A part of a result: some places along each axis.
struct Box {
  Lengths begin, count;
};

/// How a result is cut into boxes, by its lengths alone: several pictures, one, or a band of one, so that what a box
/// reads stays in the second cache, and that there are enough boxes for threads.
class Boxes {
 public:
  static constexpr std::size_t enough = 8;
  /// A box reads about as many elements as it has, times `channels`; it has `least` of them, where pictures are small.
  Boxes(const Lengths& result, std::size_t channels, std::size_t least = 1) : result_(result), part_(result) {
    constexpr std::size_t most = 65536;
    const std::size_t places = std::max<std::size_t>(1, result[1] * result[2] * result[3]);
    const std::size_t picture = places * std::max<std::size_t>(1, channels);
    part_[0] = std::clamp<std::size_t>((result[0] + enough - 1) / enough, 1, std::max<std::size_t>(1, most / picture));
    part_[0] = std::max(part_[0], std::min(result[0], (least + places - 1) / places));
    if (picture > most) {
      std::size_t axis = 1;
      while (axis + 1 < picture_axes && result[axis] == 1) ++axis;
      const std::size_t bands = std::min(result[axis], (picture + most - 1) / most);
      part_[axis] = (result[axis] + bands - 1) / bands;
    }
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      parts_[axis] = part_[axis] ? (result[axis] + part_[axis] - 1) / part_[axis] : 0;
    }
  }
  std::size_t count() const { return parts_[0] * parts_[1] * parts_[2] * parts_[3]; }
  Box operator[](std::size_t number) const {
    Box box;
    for (std::size_t axis = picture_axes; axis-- > 0; number /= parts_[axis]) {
      box.begin[axis] = number % parts_[axis] * part_[axis];
      box.count[axis] = std::min(part_[axis], result_[axis] - box.begin[axis]);
    }
    return box;
  }
  /// The longest that a box is along each axis.
  const Lengths& largest() const { return part_; }

 private:
  Lengths result_, part_, parts_;
};

/// An array (batch, channels, depth, height, width) of which some channels are read or written.
template <class T>
struct Pictures {
  T* data;
  Lengths size, step;  ///< how far apart neighbours along an axis are
  std::size_t channel_step;

  Pictures(T* first, const Lengths& sizes, std::size_t channels) : data(first), size(sizes) {
    step[3] = 1;
    step[2] = size[3];
    step[1] = size[2] * step[2];
    channel_step = size[1] * step[1];
    step[0] = channel_step * channels;
  }
};

/// How the places along one axis are laid out: `extra` more of them than the box has, of each part within the step one
/// after the other, from place (begin of the box) * step - before on.
struct Layout {
  std::size_t step = 1;
  std::ptrdiff_t before = 0;
  std::size_t extra = 0;
  ShortVector<std::size_t, 4> parts{0};  ///< those of the places within a step that are read
};

/// What a box reads, packed.
struct Planes {
  std::array<Layout, picture_axes> layouts;
  Lengths length;          ///< of a part, along each axis
  std::size_t part = 1;    ///< elements of a part
  std::size_t channel = 1; ///< and of all parts of a channel

  Planes(const std::array<Layout, picture_axes>& of, const Lengths& count) : layouts(of) {
    for (std::size_t axis = 0; axis < picture_axes; ++axis) {
      length[axis] = count[axis] + of[axis].extra;
      part *= length[axis];
    }
    channel = part;
    for (const Layout& layout : of) channel *= layout.parts.size();
  }
  std::size_t place(const Lengths& at) const {
    return ((at[0] * length[1] + at[1]) * length[2] + at[2]) * length[3] + at[3];
  }
  /// One past the last place of a box, from its first one.
  std::size_t reach(const Lengths& count) const {
    return place({count[0] - 1, count[1] - 1, count[2] - 1, count[3] - 1}) + 1;
  }
};

/// to = channels of the pictures from `first` on, as the planes of a box.
template <class T>
void pack(T* to, const Pictures<const T>& from, std::size_t first, std::size_t channels, const Planes& planes,
          const Box& box);

/// Writes a box of results, which lie as in the planes, to their places: element i along an axis to
/// first + i * step, unless that is outside.
template <class T>
void unpack(const Pictures<T>& to, std::size_t channel, const T* from, const Planes& planes, const Lengths& count,
            const Places& first, const Lengths& step, T add);

}  // namespace tapegrad::kernels
