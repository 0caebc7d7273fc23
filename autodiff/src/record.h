// How an op gets onto the tape. Private: what rules and ops see of the engine.
#pragma once
#include <array>
#include <new>
#include <string_view>
#include <utility>

#include "context.h"
#include "tapegrad/tape.h"

namespace tapegrad {

/// What all entries of one rule share.
struct Kind {
  std::string_view name;
  /// Runs the rule with the adjoint of the output (taken over); without a sweep only destroys the captures.
  void (*run)(Entry& entry, Sweep* sweep, Node* adjoint);
};

/// 64 bytes, followed by the inputs' entries and then the rule's captures, in place.
struct Entry {
  const Kind* kind;
  Entry* previous;
  Node* adjoint;
  Where where;
  Shape shape;
  std::uint32_t inputs;
  std::uint32_t variable;  // id of a leaf, else 0
  Dtype dtype;
  bool live;  // captures not destroyed yet

  Entry** input() { return reinterpret_cast<Entry**>(this + 1); }
  void* captures() { return input() + inputs + (inputs & 1); }  // 16-byte aligned
};
static_assert(sizeof(Entry) == 64);

/// What a rule sees of the sweep that runs it.
class Sweep {
 public:
  /// Whether input i has a gradient to be computed.
  bool wants(std::size_t i) const { return entry->input()[i] != nullptr; }
  /// Adds g to the adjoint of input i; sums over the axes along which the input was broadcast.
  template <Real T>
  void add(std::size_t i, Tensor<T> g);
  /// A buffer of input i's shape for a kernel that can add to what is there: gemm with beta 1.
  template <Real T>
  T* into(std::size_t i, bool& accumulate);

  Tape& tape;
  Entry* entry;
  bool recording;  // create_graph: rules must use recorded ops
  bool consume;
  ScalarAdjoints<float>& scalars32;
  ScalarAdjoints<double>& scalars64;
  Where where() const { return entry->where; }
};

struct Recorder {
  /// The entry of a tensor on the recording tape; null for a constant. Enters variables. Throws for stale tensors.
  static Entry* place(Context& c, const Node* node, std::string_view op, const Where& where);
  static Entry* append(Context& c, const Kind& kind, const Shape& shape, Dtype dtype, std::size_t inputs,
                       std::size_t capture_bytes, const Where& where);
  static void keep_value(Tape& tape, Entry* entry, Node* value);
  template <Real T>
  static ScalarLog<T>& scalars(Tape& tape) {
    return tape.scalars<T>();
  }
  static std::uint64_t first_birth(const Tape& tape) { return tape.first_birth_; }
  static bool owns(const Tape& tape, std::uint64_t birth) { return tape.owns(birth); }
  static Entry* last(const Tape& tape) { return tape.last_; }
};

/// The entries of an op's inputs; false when nothing is to be recorded.
template <std::size_t N>
struct Places {
  std::array<Entry*, N> entries{};
  bool any = false;
  explicit operator bool() const { return any; }
  Entry* operator[](std::size_t i) const { return entries[i]; }
};

template <class... T>
Places<sizeof...(T)> tracked(std::string_view op, const Where& where, const Tensor<T>&... tensors) {
  Places<sizeof...(T)> places;
  Context& c = context();
  if (!c.recording) return places;
  places.entries = {Recorder::place(c, tensors.node(), op, where)...};
  for (Entry* entry : places.entries) places.any |= entry != nullptr;
  return places;
}

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
template <Real T>
Tensor<T> snapshot_if(const Tensor<T>& x, const void* needed) {
  return needed ? snapshot(x) : Tensor<T>();
}

template <class Rule, Real T>
void run_rule(Entry& entry, Sweep* sweep, Node* adjoint) {
  Rule& rule = *static_cast<Rule*>(entry.captures());
  if (sweep && !sweep->consume) return rule(*sweep, Tensor<T>(adjoint));
  Rule own(std::move(rule));
  rule.~Rule();
  entry.live = false;
  if (sweep) own(*sweep, Tensor<T>(adjoint));
}

template <const std::string_view& name, Real T, class Rule>
void record(const Tensor<T>& output, std::span<Entry* const> inputs, const Where& where, Rule rule) {
  static constexpr Kind kind{name, &run_rule<Rule, T>};
  Context& c = context();
  Entry* entry = Recorder::append(c, kind, output.shape(), dtype_of<T>, inputs.size(), sizeof(Rule), where);
  std::copy(inputs.begin(), inputs.end(), entry->input());
  static_assert(alignof(Rule) <= 16);
  new (entry->captures()) Rule(std::move(rule));
  entry->live = true;
  output.node()->entry = entry;
  output.node()->birth = c.next_birth - 1;
  Recorder::keep_value(*c.recording, entry, output.node());
}
template <const std::string_view& name, Real T, std::size_t N, class Rule>
void record(const Tensor<T>& output, const Places<N>& inputs, const Where& where, Rule rule) {
  record<name>(output, std::span<Entry* const>(inputs.entries), where, std::move(rule));
}

}  // namespace tapegrad
