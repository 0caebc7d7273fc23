#include "gradcheck/verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tapegrad::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// How far x lies outside of [a, b] or [b, a].
double outside(double x, double a, double b) {
  return std::max({0.0, std::min(a, b) - x, x - std::max(a, b)});
}

// The slope of one line against an analytic one. `gradient` is the size of the whole gradient: an error bar that is a
// good part of it decides nothing.
GradcheckEntry compare(const Line& line, const Value& center, double scale, double analytic, double gradient,
                       const GradcheckOptions& options) {
  const Tolerance tolerance{options.relative, options.absolute};
  const Slope slope = extrapolated_slope(line, scale, tolerance);
  GradcheckEntry entry;
  entry.analytic = analytic;
  entry.numeric = slope.value;
  entry.error_bar = slope.error_bar;
  const double allowed = tolerance(analytic, slope.value) + options.error_bars * slope.error_bar;
  const double size = std::max({std::abs(analytic), std::abs(slope.value), gradient});
  const double undecided = 0.01 * size + 100 * options.absolute;
  entry.error = std::abs(analytic - slope.value) / allowed;
  const bool decided = options.error_bars * slope.error_bar <= undecided;
  if (!decided || !std::isfinite(entry.error)) entry.error = infinity;
  if (decided && !may_have_kink(line, center, scale, slope.value, tolerance)) return entry;
  if (const auto sides = kink_at(line, scale, tolerance)) {
    entry.kink = {sides->left.value, sides->right.value};
    const double bars = sides->left.error_bar + sides->right.error_bar;
    const double off = outside(analytic, sides->left.value, sides->right.value);
    entry.error = off / (tolerance(analytic, slope.value) + options.error_bars * bars);
    if (!std::isfinite(entry.error)) entry.error = infinity;
  }
  return entry;
}

}  // namespace

std::vector<GradcheckEntry> compare_elements(const Objective& objective, const Tensors& analytic, int order,
                                             const GradcheckOptions& options) {
  const Point& point = objective.point();
  const double gradient = largest(analytic);
  std::vector<GradcheckEntry> entries;
  for (std::size_t k = 0; k < point.x.size(); ++k) {
    for (std::size_t i = 0; i < point.x[k].size(); ++i) {
      const double x = point.x[k].data()[i];
      GradcheckEntry entry = compare(objective.along(k, i), objective.center(), std::max(1.0, std::abs(x)),
                                     analytic[k].data()[i], gradient, options);
      entry.order = order;
      entry.input = point.names[k];
      entry.index = i;
      entry.x = x;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

std::vector<GradcheckEntry> compare_directions(const Objective& objective, const Tensors& analytic, int order,
                                               const GradcheckOptions& options, std::mt19937_64& generator) {
  constexpr std::size_t directions = 3;
  std::vector<GradcheckEntry> entries;
  if (objective.point().elements() == 0) return entries;
  for (std::size_t number = 0; number < directions; ++number) {
    Tensors direction;
    double slope = 0, terms = 0;
    for (std::size_t k = 0; k < analytic.size(); ++k) {
      const Tensor<double>& x = objective.point().x[k];
      Tensor<double> v = random_signed(x.shape(), generator);
      for (std::size_t i = 0; i < v.size(); ++i) {
        v.mutable_data()[i] *= 0.5 * std::max(1.0, std::abs(x.data()[i]));
        const double term = v.data()[i] * analytic[k].data()[i];
        slope += term;
        terms = std::max(terms, std::abs(term));
      }
      direction.push_back(v);
    }
    GradcheckEntry entry =
        compare(objective.along(direction), objective.center(), 1, slope, std::max(terms, std::abs(slope)), options);
    entry.order = order;
    entry.input = "random direction";
    entry.index = number;
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool all_passed(const std::vector<GradcheckEntry>& entries) {
  return std::all_of(entries.begin(), entries.end(), [](const GradcheckEntry& e) { return e.passed(); });
}

}  // namespace tapegrad::checking
