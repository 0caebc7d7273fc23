// A block of the model whose values are dropped after its forward, and computed again when a sweep comes by.
#include "tapegrad/tape/checkpoint.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "engine/rare_state.h"
#include "tapegrad/ops.h"
#include "tapegrad/tape/thread_state.h"

namespace tapegrad {
using namespace engine;
namespace {

struct Checkpoint {
  static constexpr OpTraits traits{
      .name = "checkpoint",
      .formula = with_adjoints(
          {"f of the inputs", "f \\text{ of the inputs}"},
          {"x", {"what the rules inside of f give", "\\text{what the rules inside of } f \\text{ give}"}})};
};

Node* variable_of(Entry* leaf) { return *static_cast<Node**>(leaf->captures()); }

// A variable, and the buffer that f read. To hold it makes set_value take another one.
struct ReadVariable {
  explicit ReadVariable(Node* v) : variable(v), buffer(v->base) { retain(buffer.get()); }
  const Node* variable;
  NodeHandle buffer;
};

// What the entries of a block read that was recorded before it, and the variables that they read first.
struct Reads {
  std::vector<Entry*> outside;
  std::vector<NodeHandle> fresh;
  bool has_result = false, has_scalars = false;
};

// `aliases` stand for arguments: what they read is no capture.
Reads reads_of(Entry* last, const Entry* before, const Entry* result, const std::vector<const Entry*>& aliases) {
  Reads reads;
  std::unordered_set<const Entry*> seen;
  for (Entry* entry = last; entry != before; entry = entry->previous) seen.insert(entry);
  reads.has_result = seen.count(result) != 0;
  for (Entry* entry = last; entry != before; entry = entry->previous) {
    if (entry->variable) {
      retain(variable_of(entry));
      reads.fresh.emplace_back(variable_of(entry));
      continue;
    }
    if (std::find(aliases.begin(), aliases.end(), entry) != aliases.end()) continue;
    reads.has_scalars |= entry->kind->on_scalars || entry->inputs == 0;
    for (std::size_t i = entry->inputs; i-- > 0;) {
      Entry* input = entry->input()[i];
      if (input && seen.insert(input).second) reads.outside.push_back(input);
    }
  }
  std::reverse(reads.outside.begin(), reads.outside.end());
  return reads;
}

// f as it was the first time: a copy of it, with the thread's state of then.
template <Real T>
Tensor<T> call_as_then(KeptFunction<T> f, const std::vector<Tensor<T>>& inputs, const ThreadState& then) {
  struct Back {
    ThreadState now;
    ~Back() { now.restore(); }
  } back;
  then.restore();
  return f(inputs);
}

// The entries of a block that was computed again, at the end of the tape. In a sweep of a part of the tape, those that
// depend on that part belong to it.
class RecordedBlock {
 public:
  RecordedBlock(const TapeState& tape, const Entry* before, unsigned depth) : depth_(depth) {
    for (Entry* entry = tape.last; entry != before; entry = entry->previous) entries_.push_back(entry);
  }
  RecordedBlock(const RecordedBlock&) = delete;
  RecordedBlock& operator=(const RecordedBlock&) = delete;
  ~RecordedBlock() {
    for (Entry* entry : entries_) {
      entry->membership = {};
      entry->masked = false;
      if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
    }
  }

  // Runs the rules. Adjoints of what the block read go to where they would go without a checkpoint, in the same order.
  // While a rule runs the sweep is at its entry, so that an error names that.
  void sweep(Sweep& state) {
    Entry* const own = state.entry;
    const bool consume = std::exchange(state.consume, !state.recording);
    for (std::size_t i = entries_.size(); i-- > 0 && depth_;) {
      if (is_active(entries_[i])) entries_[i]->membership = Membership::inside(depth_);
    }
    for (Entry* entry : entries_) {
      if (!entry->adjoint) {
        if (state.consume && entry->live) entry->kind->run(*entry, nullptr, nullptr);
        continue;
      }
      state.run(entry, std::exchange(entry->adjoint, nullptr));
    }
    state.entry = own;
    state.consume = consume;
  }

  // Passes tangents on, from what the block read to its result.
  void push(const Push& outer) {
    Push state = outer;
    for (std::size_t i = entries_.size(); i-- > 0;) {
      Entry* entry = entries_[i];
      state.entry = entry;
      bool moves = false;
      for (std::size_t k = 0; k < entry->inputs && !moves; ++k) moves = state.has(k);
      if (!moves) continue;
      state.run(entry);
      entry->membership = Membership::inside(depth_);
    }
  }

 private:
  bool is_active(Entry* entry) const {
    return std::any_of(entry->input(), entry->input() + entry->inputs,
                       [this](const Entry* input) { return input && input->membership.of(depth_); });
  }
  unsigned depth_;
  std::vector<Entry*> entries_;  // from the last to the first
};

template <Real T>
struct Recomputed {
  KeptFunction<T> f;
  std::vector<Tensor<T>> inputs;
  std::vector<ReadVariable> variables;
  ThreadState then;

  void operator()(Sweep& sweep, Tensor<T> g) const {
    const Shape shape = g.shape();
    with_block(sweep.tape, sweep.entry->site, shape, sweep.recording, sweep.depth, [&](RecordedBlock& block, Entry* y) {
      y->adjoint = g.take_node().release();
      y->masked = sweep.masked;
      block.sweep(sweep);
    });
  }

  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> result;
    with_block(push.tape, push.entry->site, push.shape(), push.recording, push.depth,
               [&](RecordedBlock& block, Entry* y) {
                 block.push(push);
                 if (y->adjoint) result = Tensor<T>(std::exchange(y->adjoint, nullptr));
               });
    return result;
  }

 private:
  // Computes the block again, behind all that the tape has, and lets `use` have it. If the sweep is recorded it stays
  // there, since the next derivative needs it.
  template <class Use>
  void with_block(TapeState& tape, const CallSite& site, const Shape& shape, bool recording, unsigned depth,
                  Use use) const {
    require_same_variables(site);
    Context& c = context();
    const RestoresRecording restore{c};
    auto record = [&] {
      c.recording = &tape;
      c.rule_line = nullptr;  // ops have lines of their own
      c.rule_masked = false;
    };
    record();
    const TapePosition start = tape.position();
    Entry* const before = tape.last;
    Entry* result;
    {
      const Tensor<T> y = call_as_then(f, inputs, then);
      require_same(tape, before, y, shape, site);
      result = y.node()->entry;
    }
    if (restore.recording != &tape) tape.stop_recording();  // a hook in the block may ask what the tape owns
    c.recording = restore.recording;
    {
      RecordedBlock block(tape, before, depth);
      use(block, result);
    }
    if (recording) return;
    record();
    tape.forget_after(start);
  }

  void require_same_variables(const CallSite& site) const {
    for (const ReadVariable& read : variables) {
      if (read.variable->base == read.buffer.get()) continue;
      throw TapeError("checkpoint: variable \"" + variable_label(read.variable->variable) +
                      "\" got new values between forward and backward, so that they cannot be computed again" +
                      text(site) + ". Sweep the tape first, or give the variable to the function as an argument");
    }
  }

  static void require_same(const TapeState& tape, const Entry* before, const Tensor<T>& y, const Shape& shape,
                           const CallSite& site) {
    if (!y || !(y.shape() == shape) || !tape.place_of(y.node())) {
      throw TapeError("checkpoint: the function returned a result of shape " + text(shape) +
                      (y && y.shape() == shape
                           ? ", but when called again one that depends on nothing recorded"
                           : ", but when called again " + (y ? "one of " + text(y.shape()) : "none")) +
                      text(site) + ". It must compute the same each time");
    }
    for (Entry* entry = tape.last; entry != before; entry = entry->previous) {
      if (!entry->variable) continue;
      throw TapeError("checkpoint: the function read variable \"" + variable_label(entry->variable) +
                      "\" when it was called again, but not the first time" + text(site) +
                      ". It must compute the same each time");
    }
  }
};

}  // namespace

// ---- checkpoint: y = f(x...)      f is recorded once more, and that part of the tape swept
template <Real T>
Tensor<T> engine::checkpoint(const KeptFunction<T>& f, const std::vector<Tensor<T>>& inputs, const CallSite& site) {
  Context& c = context();
  if (!c.recording || Recorder::keeps_more(*c.recording)) return KeptFunction<T>(f)(inputs);
  TapeState& tape = *c.recording;
  Inputs in(Checkpoint::traits.name, site, inputs);
  std::vector<Tensor<T>> snapshots;
  for (const Tensor<T>& input : inputs) snapshots.push_back(snapshot(input));
  ThreadState then;
  const TapePosition start = tape.position();
  // A variable that is an argument gets an entry of its own here, so that a read of it by f itself can be told apart.
  std::vector<Tensor<T>> arguments = snapshots;
  std::vector<const Entry*> aliases;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!in[i] || !in[i]->variable) continue;
    arguments[i] = reshape(snapshots[i], snapshots[i].shape());
    aliases.push_back(arguments[i].node()->entry);
  }
  const Tensor<T> inner = KeptFunction<T>(f)(arguments);
  if (!inner) throw ShapeError("checkpoint: the function returned an empty tensor" + text(site));
  if (c.recording != &tape) throw TapeError("checkpoint: the function ended the recording of the tape" + text(site));
  Entry* const before = start.last;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inner.node() == arguments[i].node()) return snapshots[i];  // f handed its argument back
  }
  Reads reads = reads_of(tape.last, before, inner.node()->entry, aliases);
  const bool scalars = reads.has_scalars || tape.position().edges() != start.edges();
  if (!reads.has_result || !tape.place_of(inner.node())) return inner;  // an outer tensor itself, or a constant
  const Tensor<T> y = constant(inner);
  tape.forget_after(start);
  if (scalars) {
    throw TapeError("checkpoint: the function uses scalar statements, which hold numbers and cannot be computed again" +
                    text(site) + ". Use tensors there");
  }
  std::vector<Entry*> places;
  for (std::size_t i = 0; i < inputs.size(); ++i) places.push_back(in[i]);
  auto add_place = [&](Entry* entry) {
    if (std::find(places.begin(), places.end(), entry) == places.end()) places.push_back(entry);
  };
  for (Entry* entry : reads.outside) add_place(entry);
  auto place_of = [&](const NodeHandle& variable) {
    return Recorder::place(c, variable.get(), Checkpoint::traits.name, site);
  };
  for (const NodeHandle& variable : reads.fresh) add_place(place_of(variable));
  std::vector<ReadVariable> variables;
  auto guard = [&](Entry* place) {
    if (place->variable) variables.emplace_back(variable_of(place));
  };
  for (Entry* entry : reads.outside) guard(entry);
  for (const NodeHandle& variable : reads.fresh) guard(place_of(variable));

  using Rule = Recomputed<T>;
  append_entry(c, kind_of<Checkpoint, Rule, T>, y, places,
               Rule{f, std::move(snapshots), std::move(variables), std::move(then)}, site);
  return y;
}

template Tensor<float> engine::checkpoint(const KeptFunction<float>&, const std::vector<Tensor<float>>&,
                                          const CallSite&);
template Tensor<double> engine::checkpoint(const KeptFunction<double>&, const std::vector<Tensor<double>>&,
                                           const CallSite&);

}  // namespace tapegrad
