// What the files of reductions share: the axes, checked.
#pragma once
#include <string_view>

#include "tapegrad/ops.h"

namespace tapegrad {

struct Reduction {
  Shape kept, result;  // with the reduced axes as 1, and as the user wants it
  std::size_t count;   // of elements that an element of the result is made of
};

/// Of a shape along axes, all of them where there are none. Throws ShapeError, in the name of `op`, for an axis that
/// does not exist or is given twice.
Reduction reduction(std::string_view op, const Shape& shape, const Axes& axes, bool keepdims, const CallSite& site);

}  // namespace tapegrad
