// The chain rule written out for one output, with the numbers on the tape.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>

#include "tapegrad/tape/tape.h"

namespace tapegrad {

struct ExplainOptions {
  std::optional<std::size_t> element = {};  ///< of the result, counted row-major; needed when it has more than one
  int precision = 4;                        ///< digits of a number
  std::size_t elements = 4;                 ///< shown of an array
};

/// What tape.explain(y) returns: forward from the first entry to the last with values, then backward with each entry's
/// local derivative, where it has one as numbers, and what that gives for its inputs. Entries are %0, %1 as in the
/// printed table (v_0, v_1 in formulas), or the label of the variable.
struct Explanation {
  std::string text;      ///< for a terminal
  std::string markdown;  ///< a list with LaTeX formulas between dollar signs
};
/// The text.
std::ostream& operator<<(std::ostream& out, const Explanation& explanation);

}  // namespace tapegrad
