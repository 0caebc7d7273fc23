#include "gradcheck/verdict.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "gradcheck/limit.h"

namespace tapegrad::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// How far x lies outside of [a, b] or [b, a].
double outside(double x, double a, double b) {
  return std::max({0.0, std::min(a, b) - x, x - std::max(a, b)});
}

double largest_finite(const Tensors& x) {
  double most = 0;
  for (const Tensor<double>& tensor : x) {
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      if (std::isfinite(tensor.data()[i])) most = std::max(most, std::abs(tensor.data()[i]));
    }
  }
  return most;
}

// A slope against an analytic one. `gradient` is the size of the whole gradient: an error bar that is a good part of it
// decides nothing, and where all of it is small, what is allowed on top is a part of it.
struct Comparison {
  const GradcheckOptions& options;
  double analytic, gradient;

  double size(double numeric) const {
    const double own = std::isfinite(analytic) ? std::abs(analytic) : 0;
    return std::max({own, std::abs(numeric), gradient});
  }
  Tolerance tolerance(double numeric) const {
    const double part = 1e-3 * size(std::isfinite(numeric) ? numeric : 0);
    return {options.relative, std::clamp(part, std::min(1e-15, options.absolute), options.absolute)};
  }
  double allowed(const Slope& slope) const {
    return tolerance(slope.value)(std::isfinite(analytic) ? analytic : 0, slope.value) +
           options.error_bars * slope.error_bar;
  }
  bool decided(const Slope& slope) const {
    return options.error_bars * slope.error_bar <= 0.01 * size(slope.value) + 100 * options.absolute;
  }
  // As a multiple of what is allowed; infinite where nothing is decided.
  double error(const Slope& slope) const {
    const double off = std::abs(analytic - slope.value), result = off == 0 ? 0 : off / allowed(slope);
    return decided(slope) && std::isfinite(result) ? result : infinity;
  }
  bool agrees(const Slope& slope) const { return error(slope) <= 1; }
  // Whether a limit speaks against the analytic slope: decided, and seen at smaller steps too.
  bool refuted_by(const Limit& limit) const {
    const double gap = std::abs(analytic - limit.slope.value);
    return decided(limit.slope) && !agrees(limit.slope) && (limit.resolution <= gap || !std::isfinite(gap));
  }
};

// The slope at the first scale that agrees, else at the first that decides; a smaller scale that contradicts that one
// takes its place.
std::pair<Slope, double> slope_at_scales(const Line& line, std::initializer_list<double> scales,
                                         const Comparison& comparison) {
  const Tolerance stop{comparison.options.relative, comparison.tolerance(comparison.analytic).absolute};
  std::pair<Slope, double> best{extrapolated_slope(line, *scales.begin(), stop), *scales.begin()};
  for (auto scale = scales.begin() + 1; scale != scales.end() && !comparison.agrees(best.first); ++scale) {
    const Slope slope = extrapolated_slope(line, *scale, stop);
    const double bars = 10 * (slope.error_bar + best.first.error_bar);
    const bool contradicts = !(std::abs(slope.value - best.first.value) <= bars);
    if (comparison.decided(slope) && (!comparison.decided(best.first) || contradicts)) best = {slope, *scale};
  }
  return best;
}

// Two slopes that differ, or a jump on one side only.
std::optional<GradcheckKink> kink_of(const Approach& near, const Tolerance& tolerance) {
  const Limit &left = near.left, &right = near.right;
  const bool from_left = left.tail == Tail::settled, from_right = right.tail == Tail::settled;
  if (from_left && right.tail == Tail::one_jump) return GradcheckKink{left.slope.value, infinity};
  if (from_right && left.tail == Tail::one_jump) return GradcheckKink{infinity, right.slope.value};
  if (!from_left || !from_right) return {};
  const double bars = 10 * (left.slope.error_bar + right.slope.error_bar);
  const double apart = std::abs(left.slope.value - right.slope.value);
  if (!(apart > 100 * tolerance(left.slope.value, right.slope.value) + bars)) return {};
  return GradcheckKink{left.slope.value, right.slope.value};
}

// At a kink any number between the two slopes is right; a jump leaves one slope, that of the side on which the value
// stands.
void judge_kink(GradcheckEntry& entry, const Approach& near, const Comparison& comparison) {
  const double left = std::isfinite(entry.kink->left) ? entry.kink->left : entry.kink->right;
  const double right = std::isfinite(entry.kink->right) ? entry.kink->right : entry.kink->left;
  const double off = std::isfinite(entry.analytic) ? outside(entry.analytic, left, right) : infinity;
  const bool by_left = std::abs(entry.analytic - left) <= std::abs(entry.analytic - right);
  const Limit& nearest = (by_left && near.left.tail == Tail::settled) || near.right.tail != Tail::settled
                             ? near.left
                             : near.right;
  entry.numeric = nearest.slope.value;
  entry.error_bar = nearest.slope.error_bar;
  entry.error = off == 0 ? 0 : off / comparison.allowed(nearest.slope);
  entry.verdict = entry.error <= 1                    ? GradcheckVerdict::right
                  : comparison.refuted_by(nearest)    ? GradcheckVerdict::wrong
                                                      : GradcheckVerdict::undecided;
}

std::string reason_of(Tail tail) {
  switch (tail) {
    case Tail::no_values:
      return "the smallest steps lead to NaN or infinity: the border of a domain, or overflow. Move the point away "
             "from it";
    case Tail::unbounded:
      return "the slope grows without end as the step shrinks: a pole or a vertical tangent, where there is no finite "
             "slope to compare with. Move the point away from it";
    case Tail::settled:
    case Tail::hidden:
      return "rounding hides the slope: the value is large beside what the element changes in it. Take out of the "
             "function what does not depend on the element, or move the point";
    default:
      return "slopes at ever smaller steps do not agree: an oscillation, noise, or a kink, jump or pole nearby. Move "
             "the point, or check the parts of the function";
  }
}

// The limit that says most: across the point, or on the one side that has values. At such a border no derivative is
// owed, so one that is not finite is no mistake.
const Limit& limit_to_judge(const Approach& near, double analytic) {
  if (near.central.tail == Tail::settled || !std::isfinite(analytic)) return near.central;
  if (near.left.tail == Tail::no_values && near.right.tail != Tail::no_values) return near.right;
  if (near.right.tail == Tail::no_values && near.left.tail != Tail::no_values) return near.left;
  return near.central;
}

// The verdict from steps down to the smallest, where the slope at wider ones does not agree or may be that of a kink.
void look_closer(GradcheckEntry& entry, const Approach& near, const Slope& slope, const Comparison& comparison) {
  entry.kink = kink_of(near, comparison.tolerance(slope.value));
  if (entry.kink) judge_kink(entry, near, comparison);
  if (!entry.kink && !comparison.agrees(slope)) {
    const Limit& limit = limit_to_judge(near, entry.analytic);
    if (limit.tail == Tail::settled) {
      entry.numeric = limit.slope.value;
      entry.error_bar = limit.slope.error_bar;
      entry.error = comparison.error(limit.slope);
    }
    if (limit.tail == Tail::settled && comparison.agrees(limit.slope)) entry.verdict = GradcheckVerdict::right;
    else if (limit.tail == Tail::settled && comparison.refuted_by(limit)) entry.verdict = GradcheckVerdict::wrong;
    else if (limit.tail != Tail::no_values) entry.reason = reason_of(limit.tail);
    else entry.reason = reason_of(near.left.tail == Tail::no_values ? near.right.tail : near.left.tail);
  }
  if (!entry.undecided()) return;
  entry.error = 0;
  if (entry.reason.empty()) entry.reason = reason_of(Tail::unsettled);
}

// The slope of one line, for an x of that size. Steps below `smallest` are lost in the rounding of x.
GradcheckEntry compare(const Line& line, const Value& center, double x, double smallest, double analytic,
                       double gradient, const GradcheckOptions& options) {
  const Comparison comparison{options, analytic, gradient};
  GradcheckEntry entry;
  entry.analytic = analytic;
  entry.numeric = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(center.value)) {
    entry.reason = "what is differentiated is NaN or infinite at this point. Move the point";
    return entry;
  }
  const double wide = std::max(1.0, x), narrow = x > 0 && x < 1 ? x : wide / 1024;
  const auto [slope, scale] = slope_at_scales(line, {wide, narrow, narrow / 1024, narrow / 1048576}, comparison);
  entry.numeric = slope.value;
  entry.error_bar = slope.error_bar;
  if (comparison.agrees(slope)) {
    entry.error = comparison.error(slope);
    entry.verdict = GradcheckVerdict::right;
    if (!may_have_kink(line, center, scale, slope.value, comparison.tolerance(slope.value))) return entry;
  }
  look_closer(entry, approach(line, wide, smallest, analytic), slope, comparison);
  return entry;
}

}  // namespace

std::vector<GradcheckEntry> compare_elements(const Objective& objective, const Tensors& analytic, int order,
                                             const GradcheckOptions& options) {
  const Point& point = objective.point();
  const double gradient = largest_finite(analytic);
  std::vector<GradcheckEntry> entries;
  for (std::size_t k = 0; k < point.x.size(); ++k) {
    for (std::size_t i = 0; i < point.x[k].size(); ++i) {
      const double x = point.x[k].data()[i];
      const double smallest = x == 0 ? 0x1p-100 : 0x1p-46 * std::abs(x);
      GradcheckEntry entry = compare(objective.along(k, i), objective.center(), std::abs(x), smallest,
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
    const double size = std::isfinite(slope) ? std::max(terms, std::abs(slope)) : 0, smallest = 0x1p-26;
    GradcheckEntry entry = compare(objective.along(direction), objective.center(), 1, smallest, slope, size, options);
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

bool any_wrong(const std::vector<GradcheckEntry>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const GradcheckEntry& e) { return e.wrong(); });
}

}  // namespace tapegrad::checking
