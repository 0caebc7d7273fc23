// Patterns of a wrong gradient. Each function looks for one, and says in words what it found.
#pragma once
#include "gradcheck/diagnosis.h"

namespace tapegrad::checking {

using Found = std::optional<GradcheckDiagnosis>;

/// Whether a is b, to the precision that tells patterns apart.
bool alike(const std::vector<double>& a, const std::vector<double>& b);

Found not_finite(const Suspect& s);
Found zero(const Suspect& s);
/// A plain factor: -1, a small whole number or its inverse, one of the `lengths` or its inverse.
Found plain_factor(const Suspect& s, const std::vector<std::size_t>& lengths);
/// Any other factor that all elements share.
Found any_factor(const Suspect& s);
Found transposed(const Suspect& s);
Found misplaced(const Suspect& s);
/// Right in some elements: which ones are wrong, and how.
Found some_elements(const Suspect& s);
Found at_kinks(const Suspect& s, const std::vector<GradcheckEntry>& entries);

}  // namespace tapegrad::checking
