// Slopes from differences of values, each with an error bar.
#pragma once
#include <functional>

namespace tapegrad::checking {

/// A number and how far rounding may have put it off.
struct Value {
  double value = 0, rounding = 0;
};
/// A function along a line: its value when moved by t.
using Line = std::function<Value(double t)>;

struct Slope {
  double value = 0, error_bar = 0;
};
/// What is allowed between an analytic and a numeric value, without error bars.
struct Tolerance {
  double relative, absolute;
  double operator()(double a, double b) const;
};

/// The slope at 0 from central differences at steps of scale / 32 and halves of it, extrapolated to step 0 (Ridders
/// 1982, "Accurate computation of F'(x) and F'(x) F''(x)"). Stops when the error bar is far below the tolerance.
Slope extrapolated_slope(const Line& line, double scale, const Tolerance& tolerance);
/// One central difference with step h; the error bar knows of rounding only.
Slope central_slope(const Line& line, double h);
/// One forward difference with step h, in the same way.
Slope forward_slope(const Line& line, double h);

/// Whether the slope changes at 0 itself, from two values on either side: a cheap first look.
bool may_have_kink(const Line& line, const Value& center, double scale, double slope, const Tolerance& tolerance);

}  // namespace tapegrad::checking
