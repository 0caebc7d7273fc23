// gradcheck tells whether a gradient is right: it compares what the tape gives with differences of values, and names
// what is wrong.
// docs/gradcheck.md explains the method and how a report is read.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/gradcheck/function.h"

namespace tapegrad {

struct GradcheckOptions {
  int order = 1;           ///< 2 also checks the gradient of the gradient, 3 that one's, and so on
  double relative = 1e-6;  ///< allowed |analytic - numeric| as a part of the larger of the two
  double absolute = 1e-8;  ///< allowed on top
  double error_bars = 5;   ///< allowed on top, in error bars of the numeric value
  bool fast = false;       ///< along three random directions; element by element only where that fails
  bool search = true;      ///< on failure, guess at the mistake and look for the op whose rule is wrong
  bool forward = true;     ///< compare forward mode with reverse mode too, which needs no differences
  double noise = 1e-10;    ///< allowed noise of f's values, as a part of their size; float inside makes 1e-8 and more
  std::uint64_t seed = 1;  ///< of the random cotangent and directions
};

/// The two slopes at a kink, where a value has no derivative. Any number between them is taken for right.
struct GradcheckKink {
  double left = 0, right = 0;
};

/// What a comparison came to.
enum class GradcheckVerdict {
  right,
  wrong,
  undecided,  ///< the differences do not settle near the point, so they say nothing of the gradient
};

/// One element of one input (or a random direction of all of them), compared.
struct GradcheckEntry {
  int order = 1;
  std::string input;
  std::size_t index = 0;  ///< row-major
  double x = 0;           ///< the element
  double analytic = 0, numeric = 0;
  double error_bar = 0;   ///< of the numeric value: from the extrapolation's steps and from rounding
  double error = 0;       ///< |analytic - numeric| as a multiple of what is allowed; 0 where undecided
  GradcheckVerdict verdict = GradcheckVerdict::undecided;
  std::string reason = {};  ///< where undecided: what keeps the differences from settling, and how to decide it
  std::optional<GradcheckKink> kink = {};

  bool passed() const { return verdict == GradcheckVerdict::right; }
  bool wrong() const { return verdict == GradcheckVerdict::wrong; }
  bool undecided() const { return verdict == GradcheckVerdict::undecided; }
  /// |analytic - numeric| in error bars.
  double ratio() const;
};

/// What a checker can recognise.
enum class Mistake {
  unknown,            ///< wrong, with no pattern that is known
  no_gradient,        ///< 0 where there is a slope
  factor,             ///< a number too large or too small
  sign,               ///< the negative
  mean,               ///< too large or too small by a length: a sum where a mean is, or the reverse
  transposed,         ///< the gradient's transpose
  misplaced,          ///< the right numbers in other places
  missing_sum,        ///< one part of the sum over an axis only
  wrong_input,        ///< the gradient of another input
  adjoint_ignored,    ///< as if the adjoint of the result were all ones
  use_not_counted,    ///< a use of the input that the tape does not see, or a rule that forgets it
  some_elements,      ///< wrong in some elements only
  not_finite,         ///< NaN or infinite where the slope is finite
  kink,               ///< at a kink, and not between the slopes on its two sides
  undecided,          ///< nothing can be compared: no number, or differences that do not settle. Blames nothing
  second_order,       ///< right at first, wrong at a higher order
  not_linear,         ///< a rule that is not linear in the adjoint, or not 0 where it is 0
  modes_differ,       ///< forward mode and reverse mode disagree
  float_inside,       ///< values with the noise of float
  depends_on_calls,   ///< not the same twice
};

struct GradcheckDiagnosis {
  Mistake mistake = Mistake::unknown;
  std::string input;     ///< label of the input, empty where it is not about one
  std::string sentence;  ///< what is wrong, for people
};

/// The first entry of the tape whose rule is wrong when it is called alone, with the inputs and adjoint that it had.
struct GuiltyOp {
  std::string op;
  std::size_t entry = 0;  ///< its number on the tape of f
  CallSite site;            ///< the line that called it
  int order = 1;          ///< the derivative at which it is wrong
  std::vector<GradcheckDiagnosis> diagnoses;
};

struct GradcheckReport {
  std::vector<GradcheckEntry> entries;
  std::vector<GradcheckDiagnosis> findings;   ///< what needs no comparison of elements; with one, no check passes
  std::vector<GradcheckDiagnosis> diagnoses;  ///< guesses at why entries failed
  std::vector<std::string> notes;             ///< what is worth knowing: kinks, what was not checked
  std::optional<GuiltyOp> guilty;
  GradcheckOptions options;

  /// Whether nothing is wrong, and at each order that was compared at least one entry is right: a check that decides
  /// nothing does not pass. An undecided entry beside others does not keep it from passing.
  bool passed() const;
  /// Whether an entry or a finding says that something is wrong. A check may be neither wrong nor passed.
  bool wrong() const;
  /// How many entries are undecided.
  std::size_t undecided() const;
  /// The entry with the largest error; an undecided one where all are. Throws Error when there are none.
  const GradcheckEntry& worst() const;
  /// Whether a diagnosis, a finding or the guilty op's diagnosis is this mistake. An undecided entry counts as
  /// Mistake::undecided.
  bool diagnosed(Mistake mistake) const;
};
/// The worst ten entries as a table, then findings, diagnoses and the guilty op, what is undecided and how to decide
/// it, and the verdict.
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

/// Checks the gradients of f with respect to all inputs: element by element against differences extrapolated from
/// several steps, with an error bar. Where they do not settle, as at a pole, the element is undecided: nothing is said
/// against it, and it is counted apart. The result of f may have any shape: it is multiplied by a random signed
/// cotangent.
/// What needs no differences is checked too: the same results twice, linearity in the cotangent, forward mode against
/// reverse mode. The inputs are not changed. Throws TapeError while a tape records on this thread, DomainError for an
/// order below 1, ShapeError without inputs or for an empty one.
GradcheckReport gradcheck_all(const GradcheckFunction& f, const std::vector<Tensor<double>>& inputs,
                              const GradcheckOptions& options = {});
/// For f in float: f is called once, on a tape that is then replayed in double and checked there. That the tape holds
/// all that f does, and that float gives what double gives, is checked beside it.
GradcheckReport gradcheck_all(const GradcheckFunction32& f, const std::vector<Tensor<float>>& inputs,
                              const GradcheckOptions& options = {});
/// For a closure that reads variables, such as the loss of a model: checks its gradients with respect to those named.
/// The tape of one call is replayed, in double if the variables are float. To see that it holds all that f does,
/// the variables are moved and f called again; they get their values back whatever is thrown.
template <Real T>
GradcheckReport gradcheck_variables(const std::function<Tensor<T>()>& f, const GradcheckInputs<T>& variables,
                                    const GradcheckOptions& options = {});
extern template GradcheckReport gradcheck_variables(const std::function<Tensor<double>()>&,
                                                    const GradcheckInputs<double>&, const GradcheckOptions&);
extern template GradcheckReport gradcheck_variables(const std::function<Tensor<float>()>&,
                                                    const GradcheckInputs<float>&, const GradcheckOptions&);

template <Real T, class F>
GradcheckReport gradcheck_any(F f, const GradcheckInputs<T>& inputs, const GradcheckOptions& options) {
  if constexpr (IsClosure<F, T>) return gradcheck_variables(gradcheck_closure<T>(std::move(f)), inputs, options);
  else return gradcheck_all(gradcheck_function<T>(std::move(f)), inputs.tensors, options);
}

/// gradcheck([](const Tensor<double>& x, const Tensor<double>& w) { return ...; }, {x, w}, {.order = 2})
/// f takes tensors (in any number up to eight, or as one std::vector), or scalars, whose inputs are plain numbers, or
/// nothing: then the inputs are the variables that it reads. It returns a tensor or a scalar.
template <class F>
GradcheckReport gradcheck(F f, const GradcheckInputs<double>& inputs, const GradcheckOptions& options = {}) {
  return gradcheck_any<double>(std::move(f), inputs, options);
}
template <class F>
GradcheckReport gradcheck(F f, const GradcheckInputs<float>& inputs, const GradcheckOptions& options = {}) {
  return gradcheck_any<float>(std::move(f), inputs, options);
}

}  // namespace tapegrad
