#include "gradcheck/patterns.h"

#include <algorithm>
#include <cmath>

#include "gradcheck/consistency.h"

namespace tapegrad::checking {
namespace {

constexpr double same = 1e-4;  // of the largest element; factors that patterns tell apart differ by more

double most(const std::vector<double>& x) {
  double result = 0;
  for (double v : x) result = std::max(result, std::abs(v));
  return result;
}

// The one factor between the elements chosen: analytic = factor numeric. Nothing when there is none.
template <class Chosen>
std::optional<double> shared_factor(const Suspect& s, Chosen chosen) {
  std::size_t at = s.x.size();
  double size = 0;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (!chosen(i) || std::abs(s.numeric[i]) <= size) continue;
    size = std::abs(s.numeric[i]);
    at = i;
  }
  if (at == s.x.size()) return {};
  const double factor = s.analytic[at] / s.numeric[at];
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    const double off = std::abs(s.analytic[i] - factor * s.numeric[i]);
    if (chosen(i) && !(off <= same * size * std::max(1.0, std::abs(factor)))) return {};
  }
  return factor;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-3 * std::abs(b); }

// 2, 3, 1/2 ... as text, empty for numbers that are not so plain.
std::string plain(double factor) {
  for (int k = 2; k <= 4; ++k) {
    if (near(factor, k)) return std::to_string(k);
    if (near(factor, 1.0 / k)) return "1/" + std::to_string(k);
  }
  return "";
}

GradcheckDiagnosis found(Mistake mistake, std::string sentence) { return {mistake, "", std::move(sentence)}; }

bool anywhere(std::size_t) { return true; }

// A set of elements that has a name.
struct Region {
  std::string name;
  std::vector<bool> inside;
};

std::vector<Region> regions(const Suspect& s) {
  std::vector<Region> list;
  const auto add = [&](std::string name, auto inside) {
    Region region{std::move(name), std::vector<bool>(s.x.size())};
    for (std::size_t i = 0; i < s.x.size(); ++i) region.inside[i] = inside(i);
    list.push_back(std::move(region));
  };
  add("where x < 0", [&](std::size_t i) { return s.x[i] < 0; });
  add("where x > 0", [&](std::size_t i) { return s.x[i] > 0; });
  add("where x = 0", [&](std::size_t i) { return s.x[i] == 0; });
  add("where |x| > 1", [&](std::size_t i) { return std::abs(s.x[i]) > 1; });
  add("where |x| < 1", [&](std::size_t i) { return std::abs(s.x[i]) < 1; });
  std::size_t inner = 1;
  for (std::size_t axis = s.shape.rank(); axis-- > 0; inner *= s.shape[axis]) {
    for (const std::size_t place : {std::size_t(0), s.shape[axis] - 1}) {
      add("at index " + std::to_string(place) + " of axis " + std::to_string(axis),
          [&](std::size_t i) { return i / inner % s.shape[axis] == place; });
    }
  }
  return list;
}

// The name of the region that the failures fill; elements whose gradient is 0 in either case say nothing.
std::string failing_region(const Suspect& s) {
  const double tiny = same * most(s.numeric);
  for (const Region& region : regions(s)) {
    bool fits = true;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const bool silent = !s.failed[i] && std::abs(s.numeric[i]) <= tiny;
      fits &= silent || s.failed[i] == region.inside[i];
    }
    if (fits) return region.name;
  }
  std::string list;
  std::size_t count = 0;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (!s.failed[i] || ++count > 4) continue;
    list += (list.empty() ? "" : ", ") + std::to_string(i);
  }
  return "in " + std::to_string(count) + " of " + std::to_string(s.x.size()) + " elements (" + list +
         (count > 4 ? ", ...)" : ")");
}

}  // namespace

bool alike(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size() || a.empty()) return false;
  const double allowed = same * most(b);
  if (allowed == 0) return false;  // zeros are like anything
  return std::equal(a.begin(), a.end(), b.begin(), [&](double p, double q) { return std::abs(p - q) <= allowed; });
}

Found not_finite(const Suspect& s) {
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (std::isfinite(s.analytic[i]) || !std::isfinite(s.numeric[i])) continue;
    return found(Mistake::not_finite, number(s.analytic[i]) + " at x = " + number(s.x[i]) +
                                          ", where the slope is finite: 0 * infinity, or a derivative at the border of "
                                          "its domain (sqrt, log, pow at 0)");
  }
  return {};
}

Found zero(const Suspect& s) {
  if (most(s.analytic) > same * most(s.numeric)) return {};
  return found(Mistake::no_gradient, "no gradient reaches this input, but the result depends on it");
}

Found plain_factor(const Suspect& s, const std::vector<std::size_t>& lengths) {
  const std::optional<double> factor = shared_factor(s, anywhere);
  if (!factor) return {};
  if (near(*factor, -1)) return found(Mistake::sign, "the sign: it is the negative of the right one");
  const std::string name = plain(std::abs(*factor)), minus = *factor < 0 ? "minus " : "";
  if (!name.empty()) return found(Mistake::factor, "off by the factor " + minus + name);
  for (const std::size_t n : lengths) {
    const double length = static_cast<double>(n);
    if (near(*factor, length)) {
      return found(Mistake::mean, "too large by the length " + std::to_string(n) +
                                      ": not reduced by the mean (factor 1/" + std::to_string(n) + ")");
    }
    if (near(*factor, 1 / length)) {
      return found(Mistake::mean, "too small by the length " + std::to_string(n) +
                                      ": a mean where a sum should be (factor 1/" + std::to_string(n) + ")");
    }
  }
  return {};
}

Found any_factor(const Suspect& s) {
  const std::optional<double> factor = shared_factor(s, anywhere);
  if (!factor) return {};
  return found(Mistake::factor, "off by the factor " + number(*factor));
}

Found transposed(const Suspect& s) {
  const std::size_t rank = s.shape.rank();
  if (rank < 2) return {};
  const std::size_t rows = s.shape.back(1), columns = s.shape.back(0), matrix = rows * columns;
  if (rows == 1 || columns == 1) return {};
  std::vector<double> turned(s.numeric.size());
  for (std::size_t i = 0; i < turned.size(); ++i) {
    const std::size_t place = i % matrix;  // counted in the transpose, (columns, rows)
    turned[i] = s.numeric[i - place + place % rows * columns + place / rows];
  }
  if (!alike(s.analytic, turned)) return {};
  return found(Mistake::transposed, "equals its transpose");
}

Found misplaced(const Suspect& s) {
  std::vector<double> a = s.analytic, n = s.numeric;
  std::sort(a.begin(), a.end());
  std::sort(n.begin(), n.end());
  if (a.size() < 3 || !alike(a, n) || a.front() == a.back()) return {};
  return found(Mistake::misplaced, "the right numbers in other places: an index, an order of axes or a reversal");
}

Found some_elements(const Suspect& s) {
  const std::size_t count = static_cast<std::size_t>(std::count(s.failed.begin(), s.failed.end(), true));
  if (count == s.x.size() || s.x.size() < 2) return {};
  const double tiny = same * most(s.numeric);
  bool some_right = false;  // beside elements that are 0 whatever the rule does
  for (std::size_t i = 0; i < s.x.size(); ++i) some_right |= !s.failed[i] && std::abs(s.numeric[i]) > tiny;
  if (!some_right) return {};
  std::string how;
  const auto factor = shared_factor(s, [&](std::size_t i) { return bool(s.failed[i]); });
  if (factor && std::abs(*factor) < same) how = "; there it is 0";
  else if (factor && near(*factor, -1)) how = "; there its sign is wrong";
  else if (factor && !plain(std::abs(*factor)).empty()) how = "; there it is off by the factor " + number(*factor);
  return found(Mistake::some_elements, "wrong only " + failing_region(s) + how);
}

Found at_kinks(const Suspect& s, const std::vector<GradcheckEntry>& entries) {
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (s.failed[i] && !entries[i].kink) return {};
  }
  const auto first = std::find(s.failed.begin(), s.failed.end(), true) - s.failed.begin();
  const GradcheckEntry& entry = entries[static_cast<std::size_t>(first)];
  return found(Mistake::kink, "at a kink: the slopes are " + number(entry.kink->left) + " on the left and " +
                                  number(entry.kink->right) + " on the right of x = " + number(entry.x) + ", and " +
                                  number(entry.analytic) + " is not between them");
}

}  // namespace tapegrad::checking
