// What a rule sees of the sweep that runs it.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <vector>

#include "tapegrad/engine/entry.h"
#include "tapegrad/engine/tape_state.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad::engine {

/// Adjoints of variables that are 0 but for some rows, until the sweep comes to the variable.
struct RowAdjoints {
  struct Part {
    const Entry* leaf;
    Indices rows;       // in order, each once
    NodeHandle values;  // (number of rows, width)
  };
  std::vector<Part, PoolAllocator<Part>> parts;
};

/// What a rule sees of the sweep that runs it. A rule is written in the users' own ops, which are recorded when
/// `recording`; an adjoint that is moved into an op may be overwritten by it.
class Sweep {
 public:
  /// Whether input i has a gradient to be computed.
  bool wants(std::size_t i) const {
    const Entry* input = entry->input()[i];
    return input && (depth == 0 || (input->membership.of(depth) && (only == every_input || only == i)));
  }
  const Shape& shape(std::size_t i) const { return entry->input()[i]->shape; }
  /// Adds g to the adjoint of input i, if one is wanted; sums over the axes along which the input was broadcast.
  template <Real T>
  void add(std::size_t i, Tensor<T> g);
  /// The buffer of input i's adjoint, for a kernel such as gemm that can add to it. Sets `accumulate` where there are
  /// numbers to add to; else it is to be filled.
  template <Real T>
  T* into(std::size_t i, bool& accumulate);

  /// Whether input i is a variable whose gradient may be given by its rows alone.
  bool takes_rows(std::size_t i) const { return row_adjoints && entry->input()[i] && entry->input()[i]->variable; }
  /// Adds to some rows of the adjoint of input i, in order and each once. Only where takes_rows(i).
  template <Real T>
  void add_rows(std::size_t i, const Indices& rows, Tensor<T> values) {
    row_adjoints->parts.push_back({entry->input()[i], rows, values.take_node()});
  }

  TapeState& tape;
  Entry* entry = nullptr;
  bool recording = false;  // create_graph: rules must use recorded ops
  bool consume = false;    // rules are destroyed once they have run
  ScalarAdjoints<float>* scalars32 = nullptr;
  ScalarAdjoints<double>* scalars64 = nullptr;
  unsigned depth = 0;  // of the Linearization whose part of the tape is swept; 0: all of it
  static constexpr std::size_t every_input = ~std::size_t(0);
  std::size_t only = every_input;
  NodeHandle* tangent = nullptr;  // where add() goes while a pointwise rule is run forward
  bool masked = false;  // the adjoint of the entry came past a mask: a 0 in it may say that nothing flows there
  const Node* stops = nullptr;  // that adjoint, where add() is to see to it
  RowAdjoints* row_adjoints = nullptr;  // where the sweep keeps them; null where it wants whole adjoints

  /// Runs the rule of an entry with its adjoint, which is taken over.
  void run(Entry* of, Node* adjoint) {
    entry = of;
    masked = of->masked | of->born_masked;
    if (masked | recording) [[unlikely]] return run_with_care(of, adjoint);
    of->kind->run(*of, this, adjoint);
  }
  /// The same behind a mask, or when it is recorded.
  void run_with_care(Entry* of, Node* adjoint);
};

/// d, a product of `factor` and something that may be infinite or a NaN, with 0 where the factor is exactly 0. The
/// factor broadcasts to d. `recorded`: in ops, and only where there is a NaN to be replaced.
template <Real T>
Tensor<T> stopped(Tensor<T> d, const Tensor<T>& factor, bool recorded);
/// Whether an element of it is exactly 0.
bool holds_zero(const Node* node);

}  // namespace tapegrad::engine
