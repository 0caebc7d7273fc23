// The error of hvp whose direction has not as many numbers as the argument.
#include "tapegrad/engine/scalars/second_derivatives.h"

namespace tapegrad::transform {

void fail_direction(std::size_t numbers, std::size_t given, const CallSite& site) {
  throw ShapeError("hvp: the direction has " + std::to_string(given) + " numbers, but the argument " +
                   std::to_string(numbers) + " or more" + text(site));
}

}  // namespace tapegrad::transform
