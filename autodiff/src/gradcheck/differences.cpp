#include "gradcheck/differences.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tapegrad::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A table of slopes at steps h, h/2, h/4 ... and what follows from them for step 0: each column removes the next power
// of h from the error. The best entry is the one that agrees with its neighbours.
class Extrapolation {
 public:
  // The error of one slope begins with h^power, and goes on with multiples of it.
  explicit Extrapolation(int power) : power_(power) {}
  void add(const Slope& at_next_step) {
    std::array<double, columns> row{};
    row[0] = at_next_step.value;
    const int count = std::min(rows_, columns - 1);
    for (int j = 1; j <= count; ++j) {
      row[j] = row[j - 1] + (row[j - 1] - previous_[j - 1]) / (std::exp2(power_ * j) - 1);
      const double error = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - previous_[j - 1]));
      if (error + at_next_step.error_bar < best_.error_bar) best_ = {row[j], error + at_next_step.error_bar};
    }
    const double changed = std::abs(row[0] - previous_[0]);
    // a finer row far from what was best: the agreement before was an accident, of steps longer than a period
    if (rows_ > 0 && std::abs(row[0] - best_.value) > 10 * (changed + best_.error_bar + at_next_step.error_bar)) {
      best_ = {row[count], changed + at_next_step.error_bar};
    }
    previous_ = row;
    ++rows_;
  }
  const Slope& best() const { return best_; }

 private:
  static constexpr int columns = 6;
  int power_, rows_ = 0;
  std::array<double, columns> previous_{};
  Slope best_{std::numeric_limits<double>::quiet_NaN(), infinity};  // nothing is known yet
};

Slope difference(const Value& above, const Value& below, double step) {
  return {(above.value - below.value) / step, (above.rounding + below.rounding) / step};
}

}  // namespace

double Tolerance::operator()(double a, double b) const {
  return relative * std::max(std::abs(a), std::abs(b)) + absolute;
}

Slope central_slope(const Line& line, double h) { return difference(line(h), line(-h), 2 * h); }
Slope forward_slope(const Line& line, double h) { return difference(line(h), line(0), h); }

Slope extrapolated_slope(const Line& line, double scale, const Tolerance& tolerance) {
  constexpr int steps = 14;  // down to 4e-6, the best step of a single central difference
  Extrapolation table(2);
  double h = scale / 32;
  for (int k = 0; k < steps; ++k, h /= 2) {
    table.add(central_slope(line, h));
    if (table.best().error_bar < 0.02 * tolerance(table.best().value, 0)) break;
  }
  return table.best();
}

bool may_have_kink(const Line& line, const Value& center, double scale, double slope, const Tolerance& tolerance) {
  const auto bend = [&](double h) {
    const Value above = line(h), below = line(-h);
    const double rounding = 4 * (above.rounding + below.rounding + 2 * center.rounding) / h;
    return std::pair((above.value - 2 * center.value + below.value) / h, rounding);
  };
  const auto [wide, wide_rounding] = bend(scale / 4096);
  if (std::abs(wide) < tolerance(slope, 0) + wide_rounding) return false;
  const auto [narrow, rounding] = bend(scale / 8192);
  return std::abs(narrow) > 0.75 * std::abs(wide) - rounding;  // half as much where the line is smooth
}

}  // namespace tapegrad::checking
