// Errors are sentences: the op, the shapes, the user's line, the fix.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tapegrad/call_site.h"

namespace tapegrad {

/// The base of every error that tapegrad throws.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Shapes, axes or sizes that do not fit together.
struct ShapeError : Error {
  using Error::Error;
};
/// A tape used against its lifetime rules: stale tensors, a second tape, a closed or broken tape.
struct TapeError : Error {
  using Error::Error;
};
/// A tensor or scalar of another tape, or of a part of this one that was rewound.
struct StaleError : TapeError {
  using TapeError::TapeError;
};
/// A derivative that an op on the tape does not have: forward mode, or a backward that can be recorded.
struct MissingRuleError : TapeError {
  using TapeError::TapeError;
};
/// A number outside the domain of what was asked.
struct DomainError : Error {
  using Error::Error;
};
/// A NaN or infinity on a tape that checks for them.
struct NumberError : Error {
  using Error::Error;
};
/// Memory that there is not: what was to be made, its shape and bytes, the user's line. Tensors, variables and the tape
/// that records are as they were, and so is a tape whose sweep keeps it ({.keep = true} or create_graph). A sweep that
/// consumes its tape has given a part of it back, so that tape is broken, as after any error within a sweep.
class MemoryError : public Error {
 public:
  /// `what`: "an array of shape (3, 4), 96 bytes"
  MemoryError(std::string_view op, std::string what, const CallSite& site);
  /// What there was no memory for, without who asked for it.
  const std::string& wanted() const { return wanted_; }

 private:
  std::string wanted_;
};
/// A file or text that is not in the format it should have.
struct FormatError : Error {
  using Error::Error;
};

}  // namespace tapegrad
