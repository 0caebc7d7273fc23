// Images and signals of another size.
#pragma once
#include "tapegrad/tensor/short_vector.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// What an element between others is: the one at or before it; on the line between its two neighbours; on a cubic
/// through four (Keys 1981, with the slope -0.75).
enum class Interpolation { nearest, linear, cubic };
/// A size or a scale for each axis from the third on, or one for all of them. PyTorch's names: bilinear and bicubic are
/// linear and cubic along two axes.
struct InterpolateOptions {
  ShortVector<long, 3> size = {};     ///< the lengths of the result
  ShortVector<double, 3> scale = {};  ///< or how much longer its axes are, rounded down
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;  ///< whether the centres of the corner elements stay where they are, or their outer edges
};
/// x (batch, channels, length) or (batch, channels, height, width), or with more axes, resampled along all axes from
/// the third on, as torch.nn.functional.interpolate. What lies outside is what lies at the edge. Throws ShapeError for
/// fewer axes, for axes without elements, for sizes below 1 and unless either sizes or scales are given, one for each
/// axis or one for all; and DomainError for align_corners with `nearest`.
template <Real T>
Tensor<T> interpolate(const Tensor<T>& x, const InterpolateOptions& options, CallSite site = CallSite::current());

}  // namespace tapegrad
