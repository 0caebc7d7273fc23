// Analytic against numeric, element by element or along random directions.
#pragma once
#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// Compares every element of every input.
std::vector<GradcheckEntry> compare_elements(const Objective& objective, const Tensors& analytic, int order,
                                             const GradcheckOptions& options);
/// Compares the slopes along three random directions.
std::vector<GradcheckEntry> compare_directions(const Objective& objective, const Tensors& analytic, int order,
                                               const GradcheckOptions& options, std::mt19937_64& generator);
bool all_passed(const std::vector<GradcheckEntry>& entries);
bool any_wrong(const std::vector<GradcheckEntry>& entries);

}  // namespace tapegrad::checking
