// What ops that take an axis, or name a place, share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/error.h"
#include "tapegrad/ops/shapes.h"
#include "tapegrad/tensor/axes.h"
#include "tapegrad/tensor/shape.h"

namespace tapegrad {

/// The axis that is meant, from 0: a negative one counts from the end. Throws ShapeError in the name of `op`: it does
/// not exist in `where()`, a text that only an error costs.
template <class Where>
std::size_t axis_within(std::string_view op, long axis, std::size_t rank, const CallSite& site, const Where& where) {
  const long place = axis < 0 ? axis + static_cast<long>(rank) : axis;
  if (place >= 0 && place < static_cast<long>(rank)) return static_cast<std::size_t>(place);
  throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " does not exist in " + where() + text(site));
}
inline std::size_t checked_axis(std::string_view op, long axis, std::size_t rank, const CallSite& site) {
  return axis_within(op, axis, rank, site, [&] { return "rank " + std::to_string(rank); });
}
inline std::size_t axis_of(std::string_view op, const Shape& shape, long axis, const CallSite& site) {
  return axis_within(op, axis, shape.rank(), site, [&] { return "shape " + text(shape); });
}

/// The same of several axes, none of them twice; the result says of each axis whether it is meant.
inline ShortVector<char, 8> checked_axes(std::string_view op, const Axes& axes, std::size_t rank,
                                         const CallSite& site) {
  ShortVector<char, 8> meant(rank, false);
  for (const long axis : axes) {
    const std::size_t place = checked_axis(op, axis, rank, site);
    if (meant[place]) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " is given twice" + text(site));
    }
    meant[place] = true;
  }
  return meant;
}

/// The shape with another length of an axis. Throws ShapeError in the name of `op` where that is too large.
inline Shape with_length(const Shape& shape, std::size_t axis, std::size_t length, std::string_view op = "shape",
                         const CallSite& site = {}) {
  ShortVector<std::size_t, 8> axes(shape.begin(), shape.end());
  axes[axis] = length;
  return Shape(axes, op, site);
}

/// All of the axes before one, and a part of that: what slice takes.
inline engine::Slices part_along(const Shape& shape, std::size_t axis, const engine::Slice& part) {
  engine::Slices slices(axis + 1);
  for (std::size_t i = 0; i < axis; ++i) slices[i] = {0, 1, shape[i], false};
  slices[axis] = part;
  return slices;
}

/// Where element i of an array of this shape stands: "(1, 0)".
inline std::string place_text(std::size_t i, const Shape& shape) {
  std::vector<std::size_t> at(shape.rank());
  for (std::size_t axis = shape.rank(); axis-- > 0; i /= shape[axis]) at[axis] = i % shape[axis];
  return text(Shape(at));
}

}  // namespace tapegrad
