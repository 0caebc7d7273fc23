// How an op gets onto the tape, and what its rule sees of the sweep.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <array>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/tape.h"

namespace tapegrad {

class Push;

/// What all entries of one rule share.
struct Kind {
  std::string_view name;
  /// Runs the rule with the adjoint of the output (taken over); without a sweep only destroys the captures.
  void (*run)(Entry& entry, Sweep* sweep, Node* adjoint);
  /// The tangent of the output, from those of the inputs; null where none goes on.
  Node* (*push)(Entry& entry, const Push& push);
  bool on_scalars = false;  ///< acts on scalar adjoints, so that it runs in a sweep even without a tensor adjoint
  bool note = false;  ///< says only that its inputs were read without a gradient: no value, no rule
};

/// 64 bytes, followed by the inputs' entries and then the rule's captures, in place.
struct Entry {
  const Kind* kind;
  Entry* previous;
  Node* adjoint;  // in a sweep; in a push, the tangent
  Where where;
  Shape shape;
  std::uint32_t inputs;
  std::uint32_t variable;  // id of a leaf, else 0
  Dtype dtype;
  bool live;  // captures not destroyed yet
  std::uint16_t mark = 0;  // twice the depth of the Linearization that is applied to it, plus 1 if it begins there

  Entry** input() { return reinterpret_cast<Entry**>(this + 1); }
  const Entry* const* input() const { return reinterpret_cast<const Entry* const*>(this + 1); }
  void* captures() { return input() + inputs + (inputs & 1); }  // 16-byte aligned
};
static_assert(sizeof(Entry) == 64);

/// What a rule sees of the sweep that runs it. A rule is written in the users' own ops, which are recorded when
/// `recording`; an adjoint that is moved into an op may be overwritten by it.
class Sweep {
 public:
  /// Whether input i has a gradient to be computed.
  bool wants(std::size_t i) const {
    const Entry* input = entry->input()[i];
    return input && (depth == 0 || (input->mark >> 1 == depth && (only == every_input || only == i)));
  }
  const Shape& shape(std::size_t i) const { return entry->input()[i]->shape; }
  /// Adds g to the adjoint of input i, if one is wanted; sums over the axes along which the input was broadcast.
  template <Real T>
  void add(std::size_t i, Tensor<T> g);
  /// A buffer of input i's shape for a kernel that can add to what is there: gemm with beta 1.
  template <Real T>
  T* into(std::size_t i, bool& accumulate);
  /// For rules without a formula of their own: records y = f(inputs), sweeps that part of the tape with seed g, and
  /// adds what arrives. Only in a recorded sweep.
  template <Real T, class F>
  void add_pullback(const F& f, const std::vector<Tensor<T>>& inputs, const Tensor<T>& g);

  Tape& tape;
  Entry* entry;
  bool recording;  // create_graph: rules must use recorded ops
  bool consume;
  ScalarAdjoints<float>* scalars32;
  ScalarAdjoints<double>* scalars64;
  unsigned depth = 0;  // of the Linearization whose part of the tape is swept; 0: all of it
  static constexpr std::size_t every_input = ~std::size_t(0);
  std::size_t only = every_input;
  NodeHandle* tangent = nullptr;  // where add() goes while a pointwise rule is run forward
};

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

/// An op that can be called again on other inputs, of either element type. Kept by tapes that keep more than rules.
struct Replay {
  Entry* entry = nullptr;
  std::vector<AnyTensor> constants;  // of inputs that have no entry
  virtual ~Replay() = default;
  virtual Tensor<float> run(const std::vector<Tensor<float>>& inputs) const = 0;
  virtual Tensor<double> run(const std::vector<Tensor<double>>& inputs) const = 0;
};
template <class Again>
struct ReplayOf final : Replay {
  explicit ReplayOf(Again f) : again(std::move(f)) {}
  Tensor<float> run(const std::vector<Tensor<float>>& inputs) const override { return again(inputs); }
  Tensor<double> run(const std::vector<Tensor<double>>& inputs) const override { return again(inputs); }
  Again again;
};

/// The doors of a tape that ops use.
struct Recorder {
  /// The entry of a tensor on the recording tape; null for a constant. Enters variables. Throws for stale tensors.
  static Entry* place(Context& c, const Node* node, std::string_view op, const Where& where) {
    if (node->variable) {
      if (node->variable < c.leaf_capacity && owns(c, c.leaves[node->variable].birth)) {
        return c.leaves[node->variable].entry;
      }
      if (!node->entry) return enter_variable(c, node, where);
    }
    if (node->entry) {
      if (!owns(c, node->birth)) fail_stale(node, op, where);
      return node->entry;
    }
    if (node->unrecorded && c.recording->options_.check_unrecorded) fail_unrecorded(node, op, where);
    return nullptr;
  }
  static Entry* append(Context& c, const Kind& kind, const Shape& shape, Dtype dtype, std::size_t inputs,
                       std::size_t capture_bytes, const Where& where) {
    const std::size_t bytes = sizeof(Entry) + (inputs + (inputs & 1)) * sizeof(Entry*) + capture_bytes;
    Tape& tape = *c.recording;
    auto* entry = new (arena(c, bytes)) Entry{&kind, tape.last_, nullptr, c.rule_line ? *c.rule_line : where, shape,
                                              static_cast<std::uint32_t>(inputs), 0, dtype, false};
    tape.last_ = entry;
    ++tape.count_;
    tape.bytes_ += bytes;
    ++c.next_birth;
    return entry;
  }
  static bool owns(const Context& c, std::uint64_t birth) {
    const Tape& tape = *c.recording;
    return birth >= tape.first_birth_ && birth < c.next_birth && (!tape.extras_ || tape.owns(birth));
  }
  /// Whether the tape keeps more of an op than its rule: values to be shown, the op itself to be called again.
  static bool keeps_more(const Tape& tape) { return tape.keeps_more_; }
  static void keep_value(Tape& tape, Entry* entry, Node* value);
  static void keep_replay(Tape& tape, std::unique_ptr<Replay> replay, std::span<const Node* const> inputs);
  static bool checks_numbers(const Tape& tape) { return tape.options_.check_numbers; }
  /// Throws NumberError when the tape checks numbers and the value of its entry holds a NaN or infinity.
  static void check_value(const Tape& tape, const Entry* entry) {
    if (tape.options_.check_numbers) tape.require_numbers(entry);
  }
  static void note(Context& c, const Kind& kind, std::initializer_list<const Node*> inputs, const Shape& shape,
                   const Where& where);
  static Entry* last(const Tape& tape) { return tape.last_; }
  static void stop(Tape& tape) { tape.stop_recording(); }
  /// A rewind within a rule, where the tape is being swept.
  static void forget_after(Tape& tape, const Mark& mark) { tape.forget_after(mark); }

 private:
  static Entry* enter_variable(Context& c, const Node* node, const Where& where);
  [[noreturn]] static void fail_stale(const Node* node, std::string_view op, const Where& where);
  [[noreturn]] static void fail_unrecorded(const Node* node, std::string_view op, const Where& where);
};

[[noreturn]] void fail_empty(std::string_view op, const Where& where);

template <const std::string_view& name>
inline constexpr Kind note_kind{name, [](Entry&, Sweep*, Node*) {},
                                [](Entry&, const Push&) -> Node* { return nullptr; }, false, true};

/// Leaves a note on a tape that keeps values: these inputs were read here, and what was made of them has no gradient.
template <const std::string_view& name, std::same_as<Node>... N>
void note_cut(const Shape& shape, const Where& where, const N*... inputs) {
  Context& c = context();
  if (c.recording && Recorder::keeps_more(*c.recording)) Recorder::note(c, note_kind<name>, {inputs...}, shape, where);
}

/// A rule of an op whose output element i depends on element i of each input, after broadcasting. Its Jacobian is
/// diagonal, so the formula for adjoints gives the tangent too.
template <class F>
struct Pointwise {
  F rule;
  template <Real T>
  void operator()(Sweep& sweep, Tensor<T> g) {
    rule(sweep, std::move(g));
  }
  template <Real T>
  Tensor<T> tangent(const Push& push) {
    NodeHandle total;
    Sweep sweep{push.tape, push.entry, push.recording, false, nullptr, nullptr, push.depth, 0, &total};
    for (std::size_t i = 0; i < push.entry->inputs; ++i) {
      sweep.only = i;
      if (push.has(i)) rule(sweep, broadcast_to(push.tangent<T>(i), push.shape()));
    }
    return Tensor<T>(total.release());
  }
};
template <class F>
Pointwise<F> pointwise(F rule) {
  return {std::move(rule)};
}

/// A rule of two closures: adjoint(sweep, g) adds to the adjoints of the inputs, tangent(push) gives the output's.
template <class Adjoint, class Tangent>
struct TwoWay {
  Adjoint adjoint;
  Tangent forward;
  template <Real T>
  void operator()(Sweep& sweep, Tensor<T> g) {
    adjoint(sweep, std::move(g));
  }
  template <Real T>
  Tensor<T> tangent(const Push& push) const {
    return forward(push);
  }
};
template <class Adjoint, class Tangent>
TwoWay<Adjoint, Tangent> two_way(Adjoint adjoint, Tangent tangent) {
  return {std::move(adjoint), std::move(tangent)};
}

template <class Rule, Real T>
Node* push_rule(Entry& entry, const Push& push) {
  return static_cast<Rule*>(entry.captures())->template tangent<T>(push).detach();
}

template <class Rule, Real T>
void run_rule(Entry& entry, Sweep* sweep, Node* adjoint) {
  Rule& rule = *static_cast<Rule*>(entry.captures());
  if (sweep && !sweep->consume) return rule(*sweep, Tensor<T>(adjoint));
  Rule own(std::move(rule));
  rule.~Rule();  // NOLINT(bugprone-use-after-move): what was moved from is still to be destroyed
  entry.live = false;
  if (sweep) own(*sweep, Tensor<T>(adjoint));
}

/// The kind of a rule, still without a name.
template <class Rule, Real T>
inline constexpr Kind kind_of{{}, &run_rule<Rule, T>, &push_rule<Rule, T>};

/// Whether an array may be written over: nobody else holds it, and it is its own.
inline bool overwritable(const Node* node) { return unique(node) && !node->base && !node->variable; }

/// The inputs of one call of an op: made before anything else, it enters them on the recording tape, if there is one.
/// True in a condition when the op is to be recorded. N is std::dynamic_extent for an op of any number of inputs.
template <std::size_t N>
class Inputs {
  template <class X>
  using Each = std::conditional_t<N == std::dynamic_extent, std::vector<X, PoolAllocator<X>>, std::array<X, N>>;

 public:
  template <class... T>
  [[gnu::always_inline]] Inputs(std::string_view op, const Where& where, const Tensor<T>&... tensors)
      : context_(context()), where_(where), nodes_{tensors.node()...} {
    enter(op);
  }
  template <Real T>
  Inputs(std::string_view op, const Where& where, const std::vector<Tensor<T>>& tensors)
      : context_(context()), where_(where), nodes_(tensors.size()), entries_(tensors.size()) {
    for (std::size_t i = 0; i < tensors.size(); ++i) nodes_[i] = tensors[i].node();
    enter(op);
  }
  explicit operator bool() const { return recorded_; }
  /// The entry of input i, null for a constant.
  Entry* operator[](std::size_t i) const { return entries_[i]; }

  /// The array that the op fills.
  template <Real T>
  Tensor<T> output(const Shape& shape) const {
    Node* node = allocate(context_, shape, dtype_of<T>);
    node->unrecorded = unrecorded_;
    return Tensor<T>(node);
  }
  /// The same, in the place of a temporary of that shape that nobody else holds.
  template <Real T>
  Tensor<T> output_over(const Tensor<T>& temporary) const {
    Node* node = temporary.node();
    if (!overwritable(node) || (context_.recording && Recorder::keeps_more(*context_.recording))) {
      return output<T>(node->shape);
    }
    node->entry = nullptr;
    node->unrecorded = unrecorded_;
    return temporary;
  }
  /// A view of x's array from `offset` elements on.
  template <Real T>
  Tensor<T> view_of(const Tensor<T>& x, const Shape& shape, std::size_t offset) const {
    Node* node = allocate_view(x.node(), shape, offset);
    node->unrecorded = unrecorded_;
    return Tensor<T>(node);
  }

  /// Records that `output` came from these inputs. rule(sweep, adjoint of the output) adds to the adjoints of the
  /// inputs, rule.tangent<T>(push) gives the output's tangent: pointwise(f), two_way(f, g), or a struct.
  /// again(vector of tensors) calls the op once more, on other inputs of either element type.
  template <const std::string_view& name, Real T, class Rule, class Again>
  void record(const Tensor<T>& output, Rule rule, Again&& again) const {
    static constexpr Kind kind{name, kind_of<Rule, T>.run, kind_of<Rule, T>.push};
    record_as(kind, output, std::move(rule), std::forward<Again>(again));
  }
  /// The same under a name that is known when the program runs; the kind must live as long as the tape.
  template <Real T, class Rule, class Again>
  [[gnu::always_inline]] void record_as(const Kind& kind, const Tensor<T>& output, Rule&& rule, Again&& again) const {
    static_assert(std::is_rvalue_reference_v<Rule&&> && alignof(Rule) <= 16);
    Entry* entry =
        Recorder::append(context_, kind, output.shape(), dtype_of<T>, entries_.size(), sizeof(Rule), where_);
    std::copy(entries_.begin(), entries_.end(), entry->input());
    new (entry->captures()) Rule(std::move(rule));
    entry->live = true;
    output.node()->entry = entry;
    output.node()->birth = context_.next_birth - 1;
    Tape& tape = *context_.recording;
    if (!Recorder::keeps_more(tape)) return;
    Recorder::keep_value(tape, entry, output.node());
    auto replay = std::make_unique<ReplayOf<std::decay_t<Again>>>(std::forward<Again>(again));
    replay->entry = entry;
    Recorder::keep_replay(tape, std::move(replay), nodes_);
    Recorder::check_value(tape, entry);
  }

 private:
  [[gnu::always_inline]] void enter(std::string_view op) {
    for (const Node* node : nodes_) {
      if (!node) fail_empty(op, where_);
    }
    if (context_.recording) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        entries_[i] = Recorder::place(context_, nodes_[i], op, where_);
        recorded_ |= entries_[i] != nullptr;
      }
    } else {
      for (const Node* node : nodes_) unrecorded_ |= node->variable != 0 || node->unrecorded;
    }
  }

  Context& context_;
  const Where& where_;
  Each<const Node*> nodes_;
  Each<Entry*> entries_{};
  bool recorded_ = false, unrecorded_ = false;
};
template <class... T>
Inputs(std::string_view, const Where&, const Tensor<T>&...) -> Inputs<sizeof...(T)>;
template <Real T>
Inputs(std::string_view, const Where&, const std::vector<Tensor<T>>&) -> Inputs<std::dynamic_extent>;

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

}  // namespace tapegrad
