// The whole check of one function of doubles.
#pragma once
#include <functional>
#include <string>

#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// Fills the report for f at a point: comparisons up to the order asked for, consistency, and on failure diagnoses and
/// the guilty op.
void check(const GradcheckFunction& f, const Point& point, GradcheckReport& report);
/// What came of calling every op alone.
struct Search {
  std::optional<GuiltyOp> guilty;  ///< the first op whose rule is wrong by itself
  std::string undecided;           ///< the first that is undecided by itself, with its line; empty where none is
};
Search find_guilty(const GradcheckFunction& f, const Point& point, const GradcheckOptions& options);
/// Whether the noise of f's values may be that of an op: one whose values scatter when it is called alone, or one that
/// cannot be called in its own type. Otherwise it is digits that cancel between ops, which is no fault of any.
bool noise_has_a_source(const GradcheckFunction& f, const Point& point, const GradcheckOptions& options);
/// Comparisons and consistency of f, and diagnoses where asked for: what both of the above do.
void compare_orders(const GradcheckFunction& f, const Point& point, const Tensor<double>& cotangent,
                    std::mt19937_64& generator, GradcheckReport& report);

}  // namespace tapegrad::checking
