// The inputs of one call of an op, and how its result is recorded.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/engine/recorder.h"
#include "tapegrad/engine/rule.h"

namespace tapegrad::engine {

/// Whether an op may write its result over this array: nobody else holds it, and it is no view and no variable.
inline bool overwritable(const Node* node) { return unique(node) && !node->base && !node->variable; }

/// Puts the entry of `output` on the tape that records: it came from those entries, null ones are constants, by a rule
/// of that kind.
template <Real T, class Entries, class Rule>
[[gnu::always_inline]] inline Entry* append_entry(Context& c, const Kind& kind, const Tensor<T>& output,
                                                  const Entries& inputs, Rule&& rule, const CallSite& site) {
  static_assert(std::is_rvalue_reference_v<Rule&&> && alignof(Rule) <= 16);
  Entry* entry = Recorder::append(c, kind, output.shape(), dtype_of<T>, inputs.size(), sizeof(Rule), site);
  std::copy(inputs.begin(), inputs.end(), entry->input());
  new (entry->captures()) Rule(std::move(rule));
  entry->live = true;
  output.node()->entry = entry;
  output.node()->birth = c.next_birth - 1;
  return entry;
}

/// The inputs of one call of an op. Made before anything else, it finds their places on the tape that records, if there
/// is one. True in a condition when the op is to be recorded. N is std::dynamic_extent for any number of inputs.
template <std::size_t N>
class Inputs {
  template <class X>
  using Each = std::conditional_t<N == std::dynamic_extent, std::vector<X, PoolAllocator<X>>, std::array<X, N>>;

 public:
  template <class... T>
  [[gnu::always_inline]] Inputs(std::string_view op, const CallSite& site, const Tensor<T>&... tensors)
      : context_(context()), site_(site), op_(op), nodes_{tensors.node()...} {
    find_places(op);
  }
  template <Real T>
  Inputs(std::string_view op, const CallSite& site, const std::vector<Tensor<T>>& tensors)
      : Inputs(op, site, std::span<const Tensor<T>>(tensors)) {}
  template <Real T>
  Inputs(std::string_view op, const CallSite& site, std::span<const Tensor<T>> tensors)
      : context_(context()), site_(site), op_(op), nodes_(tensors.size()), entries_(tensors.size()) {
    for (std::size_t i = 0; i < tensors.size(); ++i) nodes_[i] = tensors[i].node();
    find_places(op);
  }
  explicit operator bool() const { return recorded_; }
  /// The entry of input i, null for a constant.
  Entry* operator[](std::size_t i) const { return entries_[i]; }

  /// An array that the op fills. Throws MemoryError.
  template <Real T>
  Tensor<T> output(const Shape& shape) const {
    Node* node = allocate(context_, shape, dtype_of<T>, op_, &site_);
    node->unseen = unseen_;
    return Tensor<T>(node);
  }
  /// The array that the op fills, of the temporary's shape: that of the temporary itself where nobody else holds it.
  template <Real T>
  Tensor<T> output_over(const Tensor<T>& temporary) const {
    Node* node = temporary.node();
    if (!overwritable(node) || (context_.recording && Recorder::keeps_more(*context_.recording))) {
      return output<T>(node->shape);
    }
    node->entry = nullptr;
    node->unseen = unseen_;
    return temporary;
  }
  /// A view of x's array from `offset` elements on.
  template <Real T>
  Tensor<T> view_of(const Tensor<T>& x, const Shape& shape, std::size_t offset) const {
    Node* node = allocate_view(x.node(), shape, offset);
    node->unseen = unseen_;
    return Tensor<T>(node);
  }

  /// Records that `output` came from these inputs by `op`. rule(sweep, adjoint of the output) adds to the adjoints of
  /// the inputs, rule.tangent<T>(push) gives the output's tangent: pointwise(f), adjoint_and_tangent(f, g), or a
  /// struct.
  template <Real T, DescribedOp Op, class Rule>
  void record(const Tensor<T>& output, Op op, Rule rule) const {
    record_as(kind_of<Op, Rule, T>, output, std::move(op), std::move(rule));
  }
  /// record(), under a kind that is known only when the program runs; it must live as long as the tape. call(vector of
  /// tensors) calls the op once more.
  template <Real T, class Call, class Rule>
  [[gnu::always_inline]] void record_as(const Kind& kind, const Tensor<T>& output, Call&& call, Rule&& rule) const {
    Entry* entry = append_entry(context_, kind, output, entries_, std::forward<Rule>(rule), site_);
    TapeState& tape = *context_.recording;
    if (!Recorder::keeps_more(tape)) return;
    Recorder::keep_value(tape, entry, output.node());
    auto replay = std::make_unique<ReplayOf<std::decay_t<Call>>>(std::forward<Call>(call));
    replay->entry = entry;
    Recorder::keep_replay(tape, std::move(replay), nodes_);
    Recorder::check_value(tape, entry);
  }

 private:
  [[gnu::always_inline]] void find_places(std::string_view op) {
    for (const Node* node : nodes_) {
      if (!node) fail_empty(op, site_);
    }
    if (context_.recording) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        entries_[i] = Recorder::place(context_, nodes_[i], op, site_);
        recorded_ |= entries_[i] != nullptr;
      }
    } else {
      for (const Node* node : nodes_) unseen_ |= node->variable ? Unseen::variable : node->unseen & Unseen::variable;
      if (context_.trace) [[unlikely]] {
        for (const Node* node : nodes_) unseen_ |= node->entry ? Unseen::followed : node->unseen;
      }
    }
  }
  Context& context_;
  const CallSite& site_;
  std::string_view op_;
  Each<const Node*> nodes_;
  Each<Entry*> entries_{};
  bool recorded_ = false;
  std::uint8_t unseen_ = 0;
};
template <class... T>
Inputs(std::string_view, const CallSite&, const Tensor<T>&...) -> Inputs<sizeof...(T)>;
template <Real T>
Inputs(std::string_view, const CallSite&, const std::vector<Tensor<T>>&) -> Inputs<std::dynamic_extent>;
template <Real T>
Inputs(std::string_view, const CallSite&, std::span<const Tensor<T>>) -> Inputs<std::dynamic_extent>;

/// A handle for a rule to capture: never the variable itself, whose values may change, but its present buffer.
template <Real T>
Tensor<T> snapshot(const Tensor<T>& x) {
  Node* node = x.node();
  if (node->variable && node->base) {
    retain(node->base);
    return Tensor<T>(node->base);
  }
  return x;
}
/// The same of a seed, cotangent or tangent, before a sweep or a push that may be recorded: a variable gets its place
/// on the tape that records, since its buffer, met in a rule first, would be taken for a variable of its own.
template <Real T>
Tensor<T> placed_snapshot(const Tensor<T>& x, std::string_view what) {
  Context& c = context();
  if (c.recording && x.is_variable()) Recorder::place(c, x.node(), what, CallSite{});
  return snapshot(x);
}
template <Real T>
Tensor<T> snapshot_if(const Tensor<T>& x, const void* needed) {
  return needed ? snapshot(x) : Tensor<T>();
}

}  // namespace tapegrad::engine
