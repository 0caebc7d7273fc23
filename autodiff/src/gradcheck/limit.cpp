#include "gradcheck/limit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tapegrad::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// How far slope j may be from the limit, seen from the two before it: rounding, or what is left when changes go on to
// shrink as they did. Infinite where they do not shrink.
double error_bar(const Slopes& d, std::size_t j) {
  const double change = std::abs(d[j].value - d[j - 1].value), before = std::abs(d[j - 1].value - d[j - 2].value);
  const double rounding = d[j].error_bar + d[j - 1].error_bar;
  if (std::isfinite(before) && change <= rounding) return change + rounding;
  if (!(change <= 0.6 * before)) return infinity;
  const double left = change / before;
  return change * std::max(1.0, left / (1 - left)) + rounding;
}

// Whether no smaller step says otherwise.
bool holds(const Slopes& d, std::size_t j, double bar, double claimed) {
  const double gap = std::abs(d[j].value - claimed), slack = std::isfinite(gap) ? 0.3 * gap : 0;
  return std::all_of(d.begin() + static_cast<std::ptrdiff_t>(j) + 1, d.end(), [&](const Slope& smaller) {
    return std::abs(smaller.value - d[j].value) <= 2 * bar + 3 * smaller.error_bar + slack;
  });
}

// How many slopes, from the widest step on, are more than rounding.
std::size_t seen(const Slopes& d) {
  std::size_t count = d.size();
  while (count > 0 && std::abs(d[count - 1].value) <= 10 * d[count - 1].error_bar) --count;
  return count;
}

// What the last slopes do that do not settle.
Tail tail_of(const Slopes& d) {
  constexpr std::size_t looked_at = 4;
  if (d.size() < looked_at || !std::isfinite(d.back().value)) return Tail::no_values;
  if (!std::isfinite(d.back().error_bar)) return Tail::unsettled;
  const std::size_t end = seen(d);
  if (end < looked_at) return Tail::hidden;
  bool grows = true;
  for (std::size_t j = end - looked_at + 1; j < end; ++j) {
    if (!std::isfinite(d[j].value)) return Tail::no_values;
    grows &= d[j].value / d[j - 1].value > 1;
  }
  return grows ? Tail::unbounded : end < d.size() ? Tail::hidden : Tail::unsettled;
}

// Whether the last changes of the value do not shrink with the step, and are no rounding.
bool jumps(const Slopes& d, double factor) {
  constexpr std::size_t looked_at = 4;
  const std::size_t end = seen(d);
  if (end < looked_at) return false;
  for (std::size_t j = end - looked_at + 1; j < end; ++j) {
    const double growth = d[j].value / d[j - 1].value;
    if (!(growth > 0.9 * factor && growth < 1.1 * factor)) return false;
  }
  return true;
}

}  // namespace

Limit limit_of(const Slopes& d, double claimed) {
  Limit limit{{nan, infinity}, tail_of(d), infinity};
  for (std::size_t j = 2; j + 2 < d.size(); ++j) {
    const double bar = error_bar(d, j);
    if (!(bar < limit.slope.error_bar) || !holds(d, j, bar, claimed)) continue;
    limit = {{d[j].value, bar}, Tail::settled, 6 * d[j + 2].error_bar};
  }
  return limit;
}

Approach approach(const Line& line, double scale, double smallest, double claimed) {
  constexpr double most_steps = 80;
  smallest = std::max(smallest, 0x1p-1000);
  const double halvings = std::log2(scale / 32 / smallest);
  const double factor = std::exp2(std::max(2.0, std::ceil(halvings / most_steps)));
  const Value center = line(0);
  Slopes left, right, central;
  for (double h = scale / 32; h >= smallest; h /= factor) {
    const Value above = line(h), below = line(-h);
    const auto slope = [smallest](const Value& a, const Value& b, double step) {
      const double d = (a.value - b.value) / step, rounding = (a.rounding + b.rounding) / step;
      const double of_x = std::abs(d) * smallest / 32 / step;  // the point itself may be off by its rounding
      return std::isfinite(d) ? Slope{d, rounding + of_x} : Slope{nan, infinity};
    };
    left.push_back(slope(center, below, h));
    right.push_back(slope(above, center, h));
    central.push_back(slope(above, below, 2 * h));
  }
  Approach found{limit_of(left, nan), limit_of(right, nan), limit_of(central, claimed)};
  if (found.left.tail != Tail::settled && jumps(left, factor)) found.left.tail = Tail::one_jump;
  if (found.right.tail != Tail::settled && jumps(right, factor)) found.right.tail = Tail::one_jump;
  return found;
}

}  // namespace tapegrad::checking
