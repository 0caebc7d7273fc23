// How entries get onto the tape that records.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <concepts>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "tapegrad/engine/context.h"
#include "tapegrad/engine/replay.h"
#include "tapegrad/engine/tape_state.h"

namespace tapegrad::engine {

/// How ops put entries on a tape.
struct Recorder {
  /// The entry of a tensor on the recording tape; null for a constant. A variable gets an entry on its first use.
  /// Throws for stale tensors.
  static Entry* place(Context& c, const Node* node, std::string_view op, const CallSite& site) {
    if (node->variable) {
      if (node->variable < c.leaf_capacity && owns(c, c.leaves[node->variable].birth)) {
        return c.leaves[node->variable].entry;
      }
      if (!node->entry) return enter_variable(c, node, site);
    }
    if (node->entry) {
      if (!owns(c, node->birth)) fail_stale(node, op, site);
      return node->entry;
    }
    if (node->unseen) [[unlikely]] check_unseen(c, node, op, site);
    return nullptr;
  }
  static Entry* append(Context& c, const Kind& kind, const Shape& shape, Dtype dtype, std::size_t inputs,
                       std::size_t capture_bytes, const CallSite& site) {
    const std::size_t bytes = sizeof(Entry) + (inputs + (inputs & 1)) * sizeof(Entry*) + capture_bytes;
    TapeState& tape = *c.recording;
    auto* entry = new (arena(c, bytes)) Entry{&kind, tape.last, nullptr, c.rule_line ? *c.rule_line : site, shape,
                                              static_cast<std::uint32_t>(inputs), 0, dtype, false};
    if (c.rule_masked) [[unlikely]] entry->born_masked = true;
    tape.last = entry;
    ++tape.count;
    tape.entry_bytes += bytes;
    ++c.next_birth;
    return entry;
  }
  static bool owns(const Context& c, std::uint64_t birth) {
    const TapeState& tape = *c.recording;
    return birth >= tape.first_birth && birth < c.next_birth && (!tape.rare_state || tape.owns(birth));
  }
  /// Whether the tape keeps more of an op than its rule: values to be shown, the op itself to be called again.
  static bool keeps_more(const TapeState& tape) { return tape.keeps_more; }
  static void keep_value(TapeState& tape, Entry* entry, Node* value);
  static void keep_replay(TapeState& tape, std::unique_ptr<Replay> replay, std::span<const Node* const> inputs);
  /// Throws NumberError when the tape checks numbers and the value of its entry holds a NaN or infinity.
  static void check_value(const TapeState& tape, const Entry* entry) {
    if (tape.checks) tape.checks->value(tape, entry);
  }
  static void record_read(Context& c, const Kind& kind, std::initializer_list<const Node*> inputs, const Shape& shape,
                   const CallSite& site);

 private:
  static Entry* enter_variable(Context& c, const Node* node, const CallSite& site);
  static void check_unseen(Context& c, const Node* node, std::string_view op, const CallSite& site);
  [[noreturn]] static void fail_stale(const Node* node, std::string_view op, const CallSite& site);
  [[noreturn]] static void fail_unrecorded(const Node* node, std::string_view op, const CallSite& site);
};

[[noreturn]] void fail_empty(std::string_view op, const CallSite& site);

/// Where vmap follows a function: that what becomes of these inputs will not be seen.
void note_read(std::string_view op, const CallSite& site, std::initializer_list<const Node*> inputs);

template <DescribedOp Op>
inline constexpr Kind read_kind{&Op::traits, [](Entry&, Sweep*, Node*) {},
                                [](Entry&, const Push&) -> Node* { return nullptr; }, false, true};

/// On a tape that keeps values, records that these inputs were read here and that what was made of them has no
/// gradient.
template <DescribedOp Op, std::same_as<Node>... N>
void record_read(const Shape& shape, const CallSite& site, const N*... inputs) {
  Context& c = context();
  if (c.recording || Op::traits.leaves_tape) note_read(Op::traits.name, site, {inputs...});
  if (!c.recording || !Recorder::keeps_more(*c.recording)) return;
  Recorder::record_read(c, read_kind<Op>, {inputs...}, shape, site);
}

}  // namespace tapegrad::engine
