// A backward sweep taken in steps: the rule of one entry at a time, and what it added to which adjoint.
#pragma once
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/inspect/print.h"

namespace tapegrad {

namespace engine {
struct SteppedSweep;
}

/// What the rule of an entry did to the adjoint of one of its inputs.
struct StepInput {
  long entry = -1;    ///< number of the input's entry; -1 for a scalar that a run of scalar statements reads
  std::string label;  ///< of a variable or of such a scalar
  AnyTensor added;    ///< the first to arrive is exact; a later one is the rounded difference of after and before
  AnyTensor adjoint;  ///< after it was added
};

/// The rule of one entry has run. All arrays are constants.
struct BackwardStep {
  std::size_t entry = 0;  ///< its number
  EntryType type = EntryType::op;
  std::string_view op;    ///< "variable" for a leaf: its adjoint is then complete, and is its gradient
  std::string label;
  CallSite site;
  AnyTensor adjoint;              ///< of the entry's output; an empty tensor for a run of scalar statements
  std::vector<StepInput> inputs;  ///< each once, also one that the op reads twice; constants are left out
};
/// The entry and its adjoint on one line, then a line an input: "%3 += [1 1]", and what it is then if that differs.
std::ostream& operator<<(std::ostream& out, const BackwardStep& step);

/// Made by tape.begin_backward(y): while (auto step = steps.step()) std::cout << *step;
/// Between the steps the program may compute and print; the tape records nothing. Steps that are given up half way
/// leave a tape as backward would: swept, unless it is kept.
class [[nodiscard]] BackwardSteps {
 public:
  BackwardSteps(const BackwardSteps&) = delete;
  BackwardSteps& operator=(const BackwardSteps&) = delete;
  ~BackwardSteps();

  /// Runs the rule of the next entry that an adjoint reached; nothing when there are no more. Throws TapeError past
  /// that, while a tape records on this thread, and when the tape has ended; what a rule throws breaks the tape.
  std::optional<BackwardStep> step();
  /// Takes the steps that are left. The gradients of all variables, the same bits as those of backward(y).
  Gradients gradients();

 private:
  friend class Tape;
  explicit BackwardSteps(std::unique_ptr<engine::SteppedSweep> sweep);
  std::unique_ptr<engine::SteppedSweep> sweep_;
};

}  // namespace tapegrad
