// What vmap follows while it calls a function on one example: each op and each mask, to be called again for all
// examples, and whatever it cannot follow.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tapegrad/engine/record.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad::engine {

/// Calls once more what made a mask, on tensors and masks.
using MaskCall = std::function<Mask(const std::vector<AnyTensor>&, const std::vector<Mask>&)>;

/// Where an input comes from: a step before, an argument, or from outside of the function.
struct TraceInput {
  std::optional<std::size_t> step = {}, argument = {};
  NodeHandle outside = {};
  Shape shape = {};
};
struct TraceMask {
  std::optional<std::size_t> step = {};
  std::optional<Mask> outside = {};
};

/// An op, or what made a mask, as it was called on one example.
struct TraceStep {
  const OpTraits* traits = nullptr;
  CallSite site = {};
  Dtype dtype = Dtype::float64;
  Shape shape = {};
  std::vector<TraceInput> inputs = {};
  std::vector<TraceMask> masks = {};
  std::unique_ptr<Replay> op = {};  // null of a mask
  MaskCall make_mask = {};
  std::optional<Mask> made = {};  // held, so that its address stays its own
};

/// While it lives, it follows what this thread records, innermost of several. At its end the tape is as it was.
class Trace {
 public:
  explicit Trace(const CallSite& site);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// One example of an argument of vmap; `of` is all of it. The tensor that the function is to get.
  template <Real T>
  Tensor<T> add_argument(const Tensor<T>& example, const Node* of);
  /// The result of the function.
  TraceInput result(const Node* y);
  /// To be called when the function has returned: looks for what was recorded and cannot be called again.
  void end();

  void add(std::unique_ptr<Replay> op, std::span<const Node* const> inputs);
  void add_mask(const Mask& made, const OpTraits& traits, const CallSite& site,
                std::initializer_list<const Node*> inputs, std::initializer_list<const Mask*> masks, MaskCall call,
                bool recorded);
  void read(std::string_view op, const CallSite& site, std::initializer_list<const Node*> inputs);
  /// That the rule of an entry runs and is recorded.
  void rule(const Entry* entry);
  /// Says that the function must be called on each example.
  void fail(const std::string& why);
  void forget(const Entry* entry);

  const std::string& reason() const { return reason_; }
  std::vector<TraceStep> take_steps() { return std::move(steps_); }
  Trace* outer() const { return outer_; }
  /// Whether a tensor or a mask depends on the argument of this vmap, example by example.
  bool varies(const Entry* entry) const;
  bool varies(const Mask& mask) const;

 private:
  struct Made {
    std::optional<std::size_t> step = {}, argument = {};
    bool varies = false;
  };
  TraceInput input_of(const Node* node, const Entry* entry) const;

  Context& context_;
  Trace* outer_;
  std::optional<Tape> own_;
  TapeState* tape_;
  bool kept_more_;
  TapePosition begin_;
  CallSite site_;
  std::vector<TraceStep> steps_;
  std::size_t arguments_ = 0;
  std::unordered_map<const Entry*, Made> entries_;
  std::unordered_map<const bool*, Made> masks_;
  std::string reason_;
};

/// Whether a vmap, the innermost or one around it, follows a tensor, or has lost its sight of one.
bool follows(const Node* node);
/// x as one more entry, of Op, without a derivative.
template <DescribedOp Op, Real T>
Tensor<T> followed_constant(const Tensor<T>& x, const CallSite& site) {
  const Inputs in(Op::traits.name, site, x);
  Tensor<T> y = in.view_of(snapshot(x), x.shape(), 0);
  if (in) {
    in.record(y, Op{}, adjoint_and_tangent([](Sweep&, const Tensor<T>&) {}, [](const Push&) { return Tensor<T>(); }));
  }
  return y;
}
/// While vmap follows a function: how a mask was made. Else nothing.
template <class Call>
void note_mask(const Mask& made, const OpTraits& traits, const CallSite& site,
               std::initializer_list<const Node*> inputs, std::initializer_list<const Mask*> masks, const Call& call) {
  Context& c = context();
  if (c.trace) [[unlikely]] c.trace->add_mask(made, traits, site, inputs, masks, call, c.recording != nullptr);
}
/// While vmap follows a function: that a yes or no, or a number, was made of a mask.
void note_mask_read(std::string_view op, const Mask& mask, const CallSite& site = {});

}  // namespace tapegrad::engine
