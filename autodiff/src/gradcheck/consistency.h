// Checks of a gradient without differences of values: what holds for every right one.
#pragma once
#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// f and its backward twice give the same bits. Empty, or what differs.
std::optional<GradcheckDiagnosis> changes_between_calls(const Objective& objective, const Tensors& analytic);
/// The noise of f's values is that of double.
std::optional<GradcheckDiagnosis> noise_of_float(const Objective& objective, const GradcheckOptions& options);
/// The gradient is 0 for a cotangent of zeros, and linear in it.
std::optional<GradcheckDiagnosis> not_linear(const Objective& objective, const Tensors& analytic,
                                             const Tolerance& tolerance, std::mt19937_64& generator);
/// A recorded sweep (create_graph) gives what a plain one gives.
std::optional<GradcheckDiagnosis> recorded_differs(const Objective& objective, const Tensors& analytic,
                                                   const Tolerance& tolerance);
/// Forward mode J and reverse mode J^T are transposes of each other: <J u, c> = <u, J^T c> for a random u.
std::optional<GradcheckDiagnosis> modes_differ(const Objective& objective, const Tensors& analytic,
                                               const Tolerance& tolerance, std::mt19937_64& generator);

/// A number as a message shows it.
std::string number(double value);

}  // namespace tapegrad::checking
