// The whole check of one function of doubles.
#pragma once
#include <functional>

#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// Fills the report for f at a point: comparisons up to the order asked for, consistency, and on failure diagnoses and
/// the guilty op.
void check(const GradcheckFunction& f, const Point& point, GradcheckReport& report);
/// The first op on the tape of f whose rule is wrong by itself.
std::optional<GuiltyOp> find_guilty(const GradcheckFunction& f, const Point& point, const GradcheckOptions& options);
/// Comparisons and consistency of f, and diagnoses where asked for: what both of the above do.
void compare_orders(const GradcheckFunction& f, const Point& point, const Tensor<double>& cotangent,
                    std::mt19937_64& generator, GradcheckReport& report);

}  // namespace tapegrad::checking
