#include "gradcheck/verdict.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace tapegrad::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// How far x lies outside of [a, b] or [b, a].
double outside(double x, double a, double b) {
  return std::max({0.0, std::min(a, b) - x, x - std::max(a, b)});
}

// A slope against an analytic one. `gradient` is the size of the whole gradient: an error bar that is a good part of it
// decides nothing, and where all of it is small, what is allowed on top is a part of it.
struct Verdict {
  const GradcheckOptions& options;
  double analytic, gradient;

  Tolerance tolerance(double numeric) const {
    const double size = std::max({std::abs(analytic), std::abs(numeric), gradient});
    return {options.relative, std::isfinite(size)
                                  ? std::clamp(1e-3 * size, std::min(1e-15, options.absolute), options.absolute)
                                  : options.absolute};
  }
  bool decided(const Slope& slope) const {
    const double size = std::max({std::abs(analytic), std::abs(slope.value), gradient});
    return options.error_bars * slope.error_bar <= 0.01 * size + 100 * options.absolute;
  }
  // As a multiple of what is allowed; infinite where nothing is decided.
  double error(const Slope& slope) const {
    const double allowed = tolerance(slope.value)(analytic, slope.value) + options.error_bars * slope.error_bar;
    const double result = allowed == 0 && analytic == slope.value ? 0 : std::abs(analytic - slope.value) / allowed;
    return decided(slope) && std::isfinite(result) ? result : infinity;
  }
};

// The slope at the first scale that decides. Where it disagrees with the analytic one, a smaller scale that
// contradicts it has the word: the first was too wide for the function.
std::pair<Slope, double> slope_at_scales(const Line& line, std::initializer_list<double> scales,
                                         const Verdict& verdict) {
  const Tolerance stop{verdict.options.relative, verdict.tolerance(verdict.analytic).absolute};
  std::pair<Slope, double> best{extrapolated_slope(line, *scales.begin(), stop), *scales.begin()};
  for (auto scale = scales.begin() + 1; scale != scales.end() && !(verdict.error(best.first) <= 1); ++scale) {
    const Slope slope = extrapolated_slope(line, *scale, stop);
    const double bars = 10 * (slope.error_bar + best.first.error_bar);
    const bool contradicts = !(std::abs(slope.value - best.first.value) <= bars);
    if (verdict.decided(slope) && (!verdict.decided(best.first) || contradicts)) best = {slope, *scale};
  }
  return best;
}

// The slope of one line, for an x of that size.
GradcheckEntry compare(const Line& line, const Value& center, double x, double analytic, double gradient,
                       const GradcheckOptions& options) {
  const Verdict verdict{options, analytic, gradient};
  const double wide = std::max(1.0, x), narrow = x > 0 && x < 1 ? x : wide / 1024;
  const auto [slope, scale] = slope_at_scales(line, {wide, narrow, narrow / 1024}, verdict);
  const Tolerance tolerance = verdict.tolerance(slope.value);
  GradcheckEntry entry;
  entry.analytic = analytic;
  entry.numeric = slope.value;
  entry.error_bar = slope.error_bar;
  entry.error = verdict.error(slope);
  if (verdict.decided(slope) && !may_have_kink(line, center, scale, slope.value, tolerance)) return entry;
  if (const auto sides = kink_at(line, scale, tolerance)) {
    entry.kink = {sides->left.value, sides->right.value};
    const double bars = sides->left.error_bar + sides->right.error_bar;
    const bool left = std::isfinite(sides->left.value), right = std::isfinite(sides->right.value);
    // a jump leaves one slope at most, that of the side on which the value stands
    const double from = left ? sides->left.value : right ? sides->right.value : 0;
    const double off = outside(analytic, from, right ? sides->right.value : from);
    entry.error = off / (tolerance(analytic, std::isfinite(slope.value) ? slope.value : 0) + options.error_bars * bars);
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
      GradcheckEntry entry = compare(objective.along(k, i), objective.center(), std::abs(x),
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
