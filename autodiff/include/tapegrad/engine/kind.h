// What all entries of one rule share.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include "tapegrad/engine/op_traits.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad::engine {

class Sweep;
class Push;

/// What all entries of one rule share.
struct Kind {
  const OpTraits* traits;
  /// Runs the rule with the adjoint of the output (taken over); without a sweep only destroys the captures.
  void (*run)(Entry& entry, Sweep* sweep, Node* adjoint);
  /// The tangent of the output, from those of the inputs; null where none goes on.
  Node* (*push)(Entry& entry, const Push& push);
  bool on_scalars = false;  ///< acts on scalar adjoints, so that it runs in a sweep even without a tensor adjoint
  bool is_read = false;  ///< says only that its inputs were read without a gradient: no value, no rule
  bool cuts = traits->cuts;  ///< of its traits, here since every sweep asks

  constexpr std::string_view name() const { return traits->name; }
};

}  // namespace tapegrad::engine
