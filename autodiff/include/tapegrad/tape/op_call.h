// One op of a tape, to be called alone.
#pragma once
#include <vector>

#include "tapegrad/tape/tape.h"

namespace tapegrad {

/// One op of a tape, from tape.op_call<U>(number): what it read and what reached it. Lives no longer than the tape.
/// False in a condition for an entry that is no op: a variable, scalar statements, a read without a gradient.
template <Real U>
struct OpCall {
  std::vector<Tensor<U>> inputs;  ///< the values that it read, constants too
  Tensor<U> adjoint;              ///< of its result, in the last sweep; empty where none arrived
  const engine::Replay* op = nullptr;
  explicit operator bool() const { return op != nullptr; }
  /// The result for other inputs, recorded where a tape records.
  Tensor<U> operator()(const std::vector<Tensor<U>>& other) const;
};

}  // namespace tapegrad
