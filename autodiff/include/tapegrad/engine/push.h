// What a tangent rule sees of the push that runs it.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <vector>

#include "tapegrad/engine/entry.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad::engine {

/// What a tangent rule sees: the tangents of the inputs. Its ops are recorded when `recording`.
class Push {
 public:
  /// Whether input i changes along the direction that is pushed.
  bool has(std::size_t i) const {
    const Entry* input = entry->input()[i];
    return input && input->mark >> 1 == depth && input->adjoint;
  }
  /// The tangent of input i. Only where has(i).
  template <Real T>
  Tensor<T> tangent(std::size_t i) const {
    Node* node = entry->input()[i]->adjoint;
    retain(node);
    return Tensor<T>(node);
  }
  /// Of the output.
  const Shape& shape() const { return entry->shape; }
  /// The tangent of f(inputs) for rules without a formula of their own: records f and pushes through that part of the
  /// tape. Only in a recorded push.
  template <Real T, class F>
  Tensor<T> through(const F& f, const std::vector<Tensor<T>>& inputs) const;

  Tape& tape;
  Entry* entry;
  bool recording;
  ScalarAdjoints<float>* scalars32;
  ScalarAdjoints<double>* scalars64;
  unsigned depth;
};

}  // namespace tapegrad::engine
