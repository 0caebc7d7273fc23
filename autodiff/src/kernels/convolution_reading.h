// How a convolution, or the way back through one, reads packed planes: which terms each of its sums has.
#pragma once
#include <cstddef>

#include "kernels/convolution_planes.h"
#include "kernels/scratch.h"

namespace tapegrad::kernels {

/// An element of the kernel: its number, and where in the planes the terms that it multiplies begin.
struct Tap {
  std::size_t number;
  std::size_t part;  ///< among those of all axes
  Lengths at;
};
/// Results of which all are sums over the same taps: element i of a box to first + (begin of the box + i) * step.
struct Pass {
  List<Tap> taps;
  Places first;
  Lengths step;
};

/// How a result is read from planes.
struct Reading {
  std::array<Layout, picture_axes> layouts;
  Lengths count;  ///< of the places that a pass makes
  List<Pass> passes;
  /// Whether each tap has planes of its own, as long as the result: they are a matrix, and BLAS does the rest.
  bool own = false;
  bool everywhere = true;  ///< whether each place of the result is in a pass; else it is 0

  std::size_t planes_of_channel() const {
    std::size_t all = 1;
    for (const Layout& layout : layouts) all *= layout.parts.size();
    return all;
  }
};

/// y of x, where there are `rows` channels of y in a group: the places of x are split by those within a stride.
Reading forwards(const ConvolutionSizes& s, std::size_t rows);
/// x of g, where there are `rows` channels of x in a group. With places j = (place in x + before) / stride, a pass for
/// each place within the stride has the taps that stand there, and reads g backwards from j.
Reading backwards(const ConvolutionSizes& s, std::size_t rows);

}  // namespace tapegrad::kernels
