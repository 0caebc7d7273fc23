// What may be asked of a tape, and of its sweeps.
#pragma once
#include <variant>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// A tensor of either element type.
using AnyTensor = std::variant<Tensor<float>, Tensor<double>>;

/// What a tape keeps and checks while it records.
struct TapeOptions {
  bool keep_values = false;  ///< hold values, ops, swept adjoints, and what cut a gradient: for print, explain, why
  bool replayable = false;        ///< keep each op and its constant inputs, so that the tape can be run again
  bool check_unrecorded = false;  ///< throw when an op reads what was computed from a variable before the tape began
  /// Throw NumberError at the first op, forward or backward, that makes a NaN or infinity, or reads one in a variable
  /// or constant. Keeps values, so that the error can tell what it was made from.
  bool check_numbers = false;
};

/// How a sweep begins, and what is left after it.
template <Real T>
struct BackwardOptions {
  Tensor<T> seed = {};        ///< adjoint of the result, of its shape; default: 1 for a result of one element
  bool create_graph = false;  ///< record the sweep, so that the gradients can be differentiated again
  bool keep = false;          ///< keep the tape, so that it can be swept again
};

/// A variable of a tape and the value that a replay takes instead of its own.
template <Real U>
struct ReplayInput {
  AnyTensor variable;
  Tensor<U> value;
};

}  // namespace tapegrad
