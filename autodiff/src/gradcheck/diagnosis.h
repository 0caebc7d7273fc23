// Guesses at a mistake from what a wrong gradient looks like beside the right one.
#pragma once
#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// One input whose gradient is wrong, with all that patterns look at.
struct Suspect {
  std::size_t k;              ///< the input
  std::vector<double> analytic, numeric, x;  ///< gradients of undecided elements are 0: they say nothing
  std::vector<bool> failed;   ///< by element
  Shape shape;
};
/// The suspects among the inputs of an objective. `entries` are those of compare_elements.
std::vector<Suspect> suspects(const Objective& objective, const std::vector<GradcheckEntry>& entries);

/// The derivatives of every element of f's result, from differences; nothing when there are too many.
class Jacobian {
 public:
  explicit Jacobian(const Objective& objective);
  explicit operator bool() const { return known_; }
  const Shape& result() const { return result_; }
  /// The gradient of sum(f(x) weights) with respect to input k.
  std::vector<double> pulled(std::size_t k, const std::vector<double>& weights) const;

 private:
  bool known_;
  Shape result_;
  std::vector<std::vector<std::vector<double>>> columns_;  // [input][element][element of the result]
};

/// What is wrong with each suspect.
std::vector<GradcheckDiagnosis> diagnose(const Objective& objective, const std::vector<GradcheckEntry>& entries,
                                         int order);

}  // namespace tapegrad::checking
