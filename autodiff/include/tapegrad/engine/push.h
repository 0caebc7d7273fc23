// What a tangent rule sees of the push that runs it.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <vector>

#include "tapegrad/engine/entry.h"
#include "tapegrad/engine/tape_state.h"

namespace tapegrad::engine {

/// What a tangent rule sees: the tangents of the inputs. Its ops are recorded when `recording`.
class Push {
 public:
  /// Whether input i changes along the direction that is pushed.
  bool has(std::size_t i) const {
    const Entry* input = entry->input()[i];
    return input && input->membership.of(depth) && input->adjoint;
  }
  /// The tangent of input i. Only where has(i).
  template <Real T>
  Tensor<T> tangent(std::size_t i) const {
    Node* node = entry->input()[i]->adjoint;
    retain(node);
    return Tensor<T>(node);
  }
  /// The shape of the output.
  const Shape& shape() const { return entry->shape; }

  TapeState& tape;
  Entry* entry = nullptr;
  bool recording = false;
  ScalarAdjoints<float>* scalars32 = nullptr;
  ScalarAdjoints<double>* scalars64 = nullptr;
  unsigned depth = 0;  // of the Linearization that is pushed through
  bool masked = false;  // the tangents of the inputs came past a mask: a 0 in them may say that nothing moves there

  /// Gives an entry its tangent, unless nothing moves it.
  void run(Entry* of);
};

}  // namespace tapegrad::engine
