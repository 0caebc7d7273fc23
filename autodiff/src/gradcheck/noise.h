// How much of a value is noise.
#pragma once
#include "gradcheck/differences.h"

namespace tapegrad::checking {

/// How far values scatter around a smooth line, from differences of third order between near points (More and Wild
/// 2011, "Estimating computational noise"). A curve, however steep, is none: noise changes its sign from point to
/// point, and an oscillation is smooth once the points are near enough. In units of the rounding of the line's values.
/// The points are multiples of 2^-46 up to 2e-4: a line whose unit is a power of two near each input reaches them
/// without rounding.
double noise_along(const Line& line);
/// The same as a number, from points farther apart on: what rounds where digits cancel stays the same for long.
double scatter_along(const Line& line);

}  // namespace tapegrad::checking
