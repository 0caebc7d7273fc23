#include "gradcheck/noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace tapegrad::checking {
namespace {

// Points of a line, a step apart.
struct Scatter {
  double size = 0;      // their distance from a parabola
  double rounding = 0;  // the most that any of them has
  bool random = true;   // it goes up and down, as noise does and no curve
  bool varies = false;  // most neighbours differ: the line is no staircase whose steps are wider than these
};

Scatter scatter(const Line& line, double step) {
  constexpr std::size_t points = 12, order = 3, count = points - order;
  std::array<double, points> d{};
  // one side only: a kink at 0 itself is no noise
  double rounding = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const Value at = line(static_cast<double>(i + 1) * step);
    d[i] = at.value;
    rounding = std::max(rounding, at.rounding);
  }
  if (!std::all_of(d.begin(), d.end(), [](double value) { return std::isfinite(value); })) {
    return {std::numeric_limits<double>::infinity(), 0, false, false};
  }
  Scatter found;
  found.rounding = rounding;
  for (std::size_t times = 1; times <= order; ++times) {  // third differences are 0 on a parabola
    for (std::size_t i = 0; i + times < points; ++i) d[i] = d[i + 1] - d[i];
    if (times == 1) found.varies = std::count(d.begin(), d.end() - 1, 0.0) <= 5;
  }
  std::size_t turns = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) turns += d[i] * d[i + 1] < 0;
  found.random = turns >= 3;  // of 8; noise has 6, a curve one at most, and a kink two
  for (double& difference : d) difference = std::abs(difference);
  // the median, not the mean: noise is everywhere, a kink disturbs three of these nine
  std::nth_element(d.begin(), d.begin() + count / 2, d.begin() + count);
  found.size = d[count / 2] / 3;  // of normal noise of deviation 1 it is 0.67 sqrt(1 + 9 + 9 + 1)
  return found;
}

// At two steps, for one of them may be a multiple of the noise's own.
Scatter scatter_near(const Line& line, double step) {
  const auto exact = [](double h) { return std::round(h * 0x1p46) * 0x1p-46; };
  const Scatter a = scatter(line, exact(0.7 * step)), b = scatter(line, exact(1.13 * step));
  const double size = a.random == b.random ? std::max(a.size, b.size) : a.random ? a.size : b.size;
  return {size, std::max(a.rounding, b.rounding), a.random || b.random, a.varies && b.varies};
}

// The scatter that stays when the points come nearer, from steps of `first` on.
Scatter noise_from(const Line& line, double first) {
  constexpr double of_sums = 30;  // what sums of doubles scatter by, in units of the rounding of one
  std::vector<Scatter> known;
  const auto level = [&](std::size_t k) {
    while (known.size() <= k) known.push_back(scatter_near(line, first * std::pow(10, -double(known.size()))));
    return known[k];
  };
  for (std::size_t k = 0; first * std::pow(10, -double(k)) > 5e-12; ++k) {
    const Scatter found = level(k);
    const bool only_rounding = found.size == 0 || (found.random && found.size <= of_sums * found.rounding);
    if (only_rounding && k > 0) return found;  // twice: points may all lie on the same steps of a staircase
    if (only_rounding || !found.random) continue;
    // Noise stays when the points come nearer, until they stand on one step of a staircase. A curve's differences fall.
    const auto falls = [&](const Scatter& nearer) { return nearer.varies && nearer.size < 0.1 * found.size; };
    if (!falls(level(k + 1)) || !falls(level(k + 2))) return found;
  }
  return {};
}

}  // namespace

double noise_along(const Line& line) {
  const Scatter found = noise_from(line, 1e-5);  // far above the spacing of floats, so that float inside shows
  return found.rounding > 0 ? found.size / found.rounding : 0;
}

double scatter_along(const Line& line) { return noise_from(line, 1e-3).size; }

}  // namespace tapegrad::checking
