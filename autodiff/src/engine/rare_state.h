// The state that few tapes need: values kept for printing, ops kept to be called again, births lost, why it is broken.
#pragma once
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tapegrad/engine/record.h"
#include "tapegrad/engine/tape_state.h"

namespace tapegrad::engine {

/// A value and an adjoint as handles without a place on the tape: what is shown must not look recorded.
struct Kept {
  Tensor<float> value32, adjoint32;
  Tensor<double> value64, adjoint64;
  bool masked = false;  // the adjoint: see Entry
  void forget_adjoint() {
    adjoint32 = {};
    adjoint64 = {};
  }
  AnyTensor value() const { return value32 ? AnyTensor(value32) : value64; }
  AnyTensor adjoint() const { return adjoint32 ? AnyTensor(adjoint32) : adjoint64; }
  void set(Node* node, bool adjoint) {
    Node* view = allocate_view(node, node->shape, 0);
    if (node->dtype == Dtype::float32) (adjoint ? adjoint32 : value32) = Tensor<float>(view);
    else (adjoint ? adjoint64 : value64) = Tensor<double>(view);
  }
};

/// At the end of a scope, what recorded on this thread or was paused at its begin does so again.
struct RestoresRecording {
  Context& context;
  TapeState* recording = context.recording;
  const CallSite* rule_line = context.rule_line;  // of a sweep whose rule began this one
  bool rule_masked = context.rule_masked;
  ~RestoresRecording() {
    context.recording = recording;
    context.rule_line = rule_line;
    context.rule_masked = rule_masked;
  }
};

/// A sweep of the tape that waits between two of its steps.
class WaitingSweep {
 public:
  WaitingSweep() = default;
  WaitingSweep(const WaitingSweep&) = delete;
  WaitingSweep& operator=(const WaitingSweep&) = delete;
  virtual ~WaitingSweep() = default;
  /// Ends it half way.
  virtual void give_up() = 0;
  /// The number of the entry whose rule runs next; -1 at the end.
  virtual long next_number() const = 0;
};

/// Made when a tape first needs any of it.
struct RareState {
  std::string broken_by;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> dead;  // births lost to rewinds and inner tapes
  std::unordered_map<const Entry*, Kept> kept;
  std::vector<std::unique_ptr<Replay>> replays;  // in the order of the entries
  WaitingSweep* stepped = nullptr;
  std::vector<VmapLoop> vmap_loops;

  void forget_adjoints() {
    for (auto& [entry, of_entry] : kept) of_entry.forget_adjoint();
  }
};

}  // namespace tapegrad::engine
