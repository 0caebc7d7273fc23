// Where slopes tend as the step shrinks, from steps of any size down to the last that rounding leaves.
#pragma once
#include <vector>

#include "gradcheck/differences.h"

namespace tapegrad::checking {

/// Slopes at ever smaller steps, each with the error that rounding gives it; NaN where there is no value.
using Slopes = std::vector<Slope>;

/// What slopes come to as the step shrinks.
enum class Tail {
  settled,     ///< to one number: each is nearer to the next than the one before, down to the last
  one_jump,    ///< the value jumps at the point: slopes grow as 1 / step
  unbounded,   ///< the slopes grow without end: a pole, or a vertical tangent
  no_values,   ///< the smallest steps lead to NaN or infinity
  hidden,      ///< rounding is as large as what the steps change
  unsettled,   ///< none of these: oscillation, noise, something nearby
};

struct Limit {
  Slope slope;  ///< NaN unless settled
  Tail tail = Tail::unsettled;
  /// The smallest gap between this slope and another that two further, smaller steps would still have shown.
  double resolution = 0;
};

/// The limit of slopes at steps that shrink by one factor. Smaller steps have the word: what they contradict is no
/// limit. A contradiction by less than 0.3 of the gap to `claimed` is none: it does not speak for what is claimed.
Limit limit_of(const Slopes& slopes, double claimed);

/// The slopes on both sides of 0 and across it, from steps of scale / 32 down to `smallest`, as limits.
struct Approach {
  Limit left, right, central;
};
Approach approach(const Line& line, double scale, double smallest, double claimed);

}  // namespace tapegrad::checking
