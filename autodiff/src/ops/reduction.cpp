// The axes of reductions, checked, and how they are walked.
#include "ops/reduction.h"

namespace tapegrad {

Reduction reduction(std::string_view op, const Shape& shape, const Axes& axes, bool keepdims, const CallSite& site) {
  ShortVector<char, 8> reduced(shape.rank(), axes.empty());
  for (long axis : axes) {
    const std::size_t place = axis_of(op, shape, axis, site);
    if (reduced[place]) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " is given twice" + text(site));
    }
    reduced[place] = true;
  }
  ShortVector<std::size_t, 8> kept, result;
  std::size_t count = 1;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (reduced[i]) count *= shape[i];
    kept.push_back(reduced[i] ? 1 : shape[i]);
    if (!reduced[i] || keepdims) result.push_back(kept.back());
  }
  return {Shape(kept), Shape(result), count};
}

ShortVector<Run, 8> runs_of(const Shape& full, const Shape& kept) {
  ShortVector<Run, 8> runs;
  const std::size_t missing = full.rank() - kept.rank();
  for (std::size_t axis = 0; axis < full.rank(); ++axis) {
    if (full[axis] == 1) continue;
    const bool reduced = axis < missing || kept[axis - missing] == 1;
    if (runs.empty() || runs.back().reduced != reduced) runs.push_back({1, reduced});
    runs[runs.size() - 1].length *= full[axis];
  }
  return runs;
}

}  // namespace tapegrad
