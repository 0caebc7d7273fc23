// Applies a part of a tape as a linear map, in either direction.
#include "tapegrad/engine/linearization.h"

#include <algorithm>

#include "engine/nodes.h"
#include "engine/rare_state.h"
#include "engine/trace.h"
#include "scalars/run.h"
#include "tapegrad/ops.h"

namespace tapegrad::engine {
namespace {

struct Input {
  static constexpr OpTraits traits{.name = "input", .depends = Depends::by_element};
  auto operator()(const auto& x) const { return reshape(x[0], x[0].shape()); }
};

void set_number(Node* node, std::size_t i, double number) {
  if (node->dtype == Dtype::float32) static_cast<float*>(node->data)[i] = static_cast<float>(number);
  else static_cast<double*>(node->data)[i] = number;
}

// Of an example that vmap follows, another one may.
bool may_hold_zero(const Node* node) { return follows(node) || holds_zero(node); }

// What reads scalars by slot has no input on the tape that could be a member.
bool reads_scalars(const Entry* entry) { return entry->inputs == 0 && !entry->variable; }

Node* sum_of(Node* a, Node* b) {
  if (a->dtype == Dtype::float32) return (Tensor<float>(a) + Tensor<float>(b)).take_node().release();
  return (Tensor<double>(a) + Tensor<double>(b)).take_node().release();
}

}  // namespace

// While it lives, the entries are members and their adjoints are its own: those of a sweep outside wait.
class Linearization::Members {
 public:
  explicit Members(Linearization& of) : of_(of), depth(of.tape_->depth + 1) {
    saved_.reserve(of.active_.size() + of.inputs_.size());  // finds memory or throws, before anything is changed
    ++of.tape_->depth;
    for (Entry* entry : of.active_) add(entry, Membership::inside(depth));
    for (const Port& input : of.inputs_) {
      if (!input.entry || input.entry->membership == Membership::at_its_begin(depth)) continue;
      add(input.entry, Membership::at_its_begin(depth));
      ++begins;
    }
  }
  ~Members() {
    for (std::size_t i = saved_.size(); i-- > 0;) {
      const auto& [entry, adjoint, membership, masked] = saved_[i];
      if (entry->adjoint) release(entry->adjoint);
      entry->adjoint = adjoint;
      entry->membership = membership;
      entry->masked = masked;
    }
    --of_.tape_->depth;
  }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  void add(Entry* entry, Membership membership) {
    saved_.push_back(
        {entry, std::exchange(entry->adjoint, nullptr), std::exchange(entry->membership, membership), entry->masked});
    entry->masked = false;
  }

 private:
  struct Saved {
    Entry* entry;
    Node* adjoint;
    Membership membership;
    bool masked;
  };
  Linearization& of_;
  std::vector<Saved, PoolAllocator<Saved>> saved_;

 public:
  const unsigned depth;
  std::size_t begins = 0;  // how many entries are inputs
};

Linearization::Linearization(std::string_view what, const CallSite& site) : what_(what), site_(site) {
  if (!context().recording) own_.emplace(TapeOptions{}, site);
  tape_ = context().recording;
  tape_birth_ = tape_->first_birth;
  before_ = tape_->last;
  first_birth_ = context().next_birth;
}

Linearization::Linearization(TapeState& tape, std::span<Entry* const> x, Entry* y, bool recorded)
    : what_("gradient"), tape_(&tape), tape_birth_(tape.first_birth), recorded_(recorded) {
  for (Entry* entry : x) inputs_.push_back({entry, 0, entry->dtype, entry->shape});
  results_.push_back({y, 0, y->dtype, y->shape});
  collect(y);
}

template <Real T>
Tensor<T> Linearization::add_input(const Tensor<T>& x) {
  Inputs in(what_, site_, x);
  const Tensor<T> inner = in.template view_of<T>(snapshot(x), x.shape(), 0);
  in.record(inner, Input{}, pointwise_minding_zeros([](Sweep& sweep, Tensor<T> g) { sweep.add(0, std::move(g)); }));
  inputs_.push_back({inner.node()->entry, 0, dtype_of<T>, x.shape()});
  return inner;
}

template <Real T>
Scalar<T> Linearization::add_input(const Scalar<T>& x) {
  Scalar<T> inner;
  add_input(std::span<const Scalar<T>>(&x, 1), &inner);
  inputs_.back().shape = {};
  return inner;
}

template <Real T>
void Linearization::add_input(std::span<const Scalar<T>> x, Scalar<T>* inner) {
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  ScalarRecorder::begin_run(log);  // what follows is in a run of its own
  const std::uint32_t first = in_a_row(log, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    inner[i] = Scalar<T>(x[i].value(), first + static_cast<std::uint32_t>(i), log.tag | 1);
  }
  inputs_.push_back({nullptr, first, dtype_of<T>, {x.size()}});
  edges_entered_ = edges_of_scalars();
}

std::size_t Linearization::edges_of_scalars() const {
  const ScalarLogs* logs = tape_->scalars;
  return logs ? logs->of_float.position() + logs->of_double.position() : 0;
}

template <Real T>
void Linearization::watch(const Tensor<T>& variable) {
  inputs_.push_back({Recorder::place(context(), variable.node(), what_, site_), 0, dtype_of<T>, variable.shape()});
  before_ = tape_->last;
}

template <Real T>
void Linearization::add_result(const Tensor<T>& y) {
  if (!y)
    throw ShapeError(std::string(what_) + ": the function returned an empty tensor, one without an array" +
                     text(site_));
  Entry* entry = Recorder::place(context(), y.node(), what_, site_);
  results_.push_back({entry, 0, dtype_of<T>, y.shape()});
}

template <Real T>
void Linearization::add_result(const Scalar<T>& y) {
  results_.push_back({nullptr, live_slot(ScalarRecorder::log<T>(*tape_), y), dtype_of<T>, {}});
}

template <Real T>
void Linearization::add_result(std::span<const Scalar<T>> y) {
  results_.push_back({nullptr, in_a_row(ScalarRecorder::log<T>(*tape_), y), dtype_of<T>, {y.size()}});
}

namespace {
// What a sweep or a push left in the slots of a port.
template <class Slots>
NodeHandle take(const Slots& slots, const Linearization::Port& port) {
  NodeHandle node(allocate(port.shape, port.dtype));
  for (std::uint32_t i = 0; i < port.shape.size(); ++i) set_number(node.get(), i, slots.get(port.dtype, port.slot + i));
  return node;
}
// Adds an array to them.
template <class Slots>
void give(Slots& slots, const Linearization::Port& port, const Node* node) {
  for (std::uint32_t i = 0; i < port.shape.size(); ++i) {
    slots.set(port.dtype, port.slot + i, slots.get(port.dtype, port.slot + i) + number_in(node, i));
  }
}
}  // namespace

bool Linearization::end() {
  last_birth_ = context().next_birth - 1;
  collect(tape_->last);
  if (own_) tape_->stop_recording();
  auto is_input = [&](const Port& result) {
    return std::any_of(inputs_.begin(), inputs_.end(), [&](const Port& input) {
      return (result.entry && result.entry == input.entry) ||
             (result.slot && input.slot && result.slot - input.slot < input.shape.size());
    });
  };
  // Scalars enter by a run of their own, which counts only if something was added to it.
  const bool only_runs = std::all_of(active_.begin(), active_.end(), [](const Entry* entry) { return is_run(*entry); });
  const bool recorded = !active_.empty() && !(only_runs && edges_of_scalars() == edges_entered_);
  const auto all_empty = [](const Ports& ports) {
    return std::all_of(ports.begin(), ports.end(), [](const Port& port) { return port.shape.size() == 0; });
  };
  if (only_runs && (all_empty(inputs_) || all_empty(results_))) return true;
  return recorded || std::any_of(results_.begin(), results_.end(), is_input);
}

void Linearization::end_or_throw() {
  if (!end()) fail_nothing_recorded(what_, site_);
}

Linearization::Recording::Recording(Linearization& of) : resumed_(of.own_ ? of.tape_ : nullptr) {
  if (resumed_) context().recording = resumed_;
}
Linearization::Recording::~Recording() {
  if (resumed_) resumed_->stop_recording();
}

void fail_nothing_recorded(std::string_view what, const CallSite& site) {
  throw TapeError(std::string(what) + ": nothing was recorded that depends on an argument of the function" +
                  text(site) +
                  ". Compute its result from the arguments with ops of tapegrad, while no Tape::Pause is in force; "
                  "value(), constant() and xtensor's functions cut the gradient");
}

// The entries up to `last` that depend on the inputs, in order.
void Linearization::collect(Entry* last) {
  Members members(*this);
  std::vector<Entry*, PoolAllocator<Entry*>> tail;
  std::size_t missing = recorded_ ? members.begins : ~std::size_t(0);  // inputs that lie further back
  for (Entry* entry = last; entry != before_ && missing; entry = entry->previous) {
    missing -= entry->membership.begins();
    tail.push_back(entry);
  }
  bool scalars = std::any_of(inputs_.begin(), inputs_.end(), [](const Port& input) { return input.slot != 0; });
  for (std::size_t i = tail.size(); i-- > 0;) {
    Entry* entry = tail[i];
    if (entry->kind->is_read) continue;
    bool depends = scalars && reads_scalars(entry);
    for (std::size_t k = 0; k < entry->inputs && !depends; ++k) {
      depends = entry->input()[k] && entry->input()[k]->membership.of(members.depth);
    }
    if (!depends) continue;
    if (!entry->membership.of(members.depth)) members.add(entry, Membership::inside(members.depth));
    scalars |= entry->kind->on_scalars;
    active_.push_back(entry);
  }
}

void Linearization::require_applicable(const Nodes& directions) const {
  const TapeState* tape = context().newest;
  while (tape && (tape != tape_ || tape->first_birth != tape_birth_)) tape = tape->older;
  if (!tape) {
    throw TapeError(std::string(what_) +
                    ": the tape on which the function was recorded is gone, or is another thread's" + text(site_));
  }
  tape->require_open(what_, site_);
  if (last_birth_ && (!tape->owns(first_birth_) || !tape->owns(last_birth_))) {
    throw TapeError(std::string(what_) + ": the part of the tape with the function was rewound" + text(site_));
  }
  const TapeState* recording = context().recording;
  for (const NodeHandle& node : directions) {
    if (!recording || recording == tape_ || !node || (!node->variable && !recording->place_of(node.get()))) continue;
    throw TapeError(std::string(what_) + ": what it is applied to is recorded by a tape that began after the function "
                    "was, so no gradient would flow through it" + text(site_) +
                    ". Call " + std::string(what_) + " while that tape records, or use constant(x)");
  }
}

Linearization::Nodes Linearization::one() const {
  if (results_.size() != 1) {
    throw ShapeError(std::string(what_) + ": the function must return one tensor of one element, but it returned " +
                     std::to_string(results_.size()) + text(site_) + ". Use vjp or jacobian");
  }
  const Port& result = results_[0];
  if (result.shape.size() != 1) {
    throw ShapeError(std::string(what_) + ": the function must return one element, but its result has shape " +
                     text(result.shape) + text(site_) + ". Reduce it with sum or mean, or use vjp or jacobian");
  }
  Nodes nodes;
  nodes.push_back(filled(result.shape, result.dtype, 1));
  return nodes;
}

void Linearization::require_shapes(const Ports& ports, const Nodes& nodes, std::string_view name) const {
  const std::string_view of = &ports == &inputs_ ? "argument" : "result";
  if (ports.size() != nodes.size()) {
    throw ShapeError(std::string(what_) + ": there are " + std::to_string(nodes.size()) + " " + std::string(name) +
                     "s, but " + std::to_string(ports.size()) + " " + std::string(of) + "s" + text(site_));
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!nodes[i]) {
      throw ShapeError(std::string(what_) + ": the " + std::string(name) + " is an empty tensor" + text(site_) +
                       ". Use zeros where nothing changes");
    }
    if (nodes[i]->shape == ports[i].shape) continue;
    throw ShapeError(std::string(what_) + ": the " + std::string(name) + " has shape " + text(nodes[i]->shape) +
                     ", but the " + std::string(of) + " has " + text(ports[i].shape) + text(site_));
  }
}

Linearization::Nodes Linearization::pull(const Nodes& cotangents, bool last, std::optional<bool> masked) {
  require_applicable(cotangents);
  const Members members(*this);
  ScalarSlots slots = tape_->scalar_slots();
  for (std::size_t i = 0; i < results_.size(); ++i) {
    if (!cotangents[i]) continue;
    const Port& result = results_[i];
    if (result.slot) give(slots, result, cotangents[i].get());
    if (!reached(result, members.depth)) continue;
    retain(cotangents[i].get());
    result.entry->masked |= masked ? *masked : may_hold_zero(cotangents[i].get());
    Node* before = std::exchange(result.entry->adjoint, nullptr);  // sum_of takes it over
    result.entry->adjoint = before ? sum_of(before, cotangents[i].get()) : cotangents[i].get();
  }
  tape_->sweep({.only = std::span<Entry* const>(active_),
                .depth = members.depth,
                .create_graph = is_recorded(),
                .consume = last && own_},
               slots);
  Nodes found;
  for (const Port& input : inputs_) {
    if (input.slot) {
      found.push_back(take(slots, input));
      continue;
    }
    Node* adjoint = input.entry ? input.entry->adjoint : nullptr;
    if (adjoint) retain(adjoint);
    found.push_back(NodeHandle(adjoint));  // an owner before the vector grows, which may find no memory
  }
  return found;
}

Linearization::Nodes Linearization::push(const Nodes& tangents, std::optional<bool> masked) {
  require_applicable(tangents);
  const Members members(*this);
  ScalarSlots slots = tape_->scalar_slots();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!tangents[i]) continue;
    if (inputs_[i].slot) give(slots, inputs_[i], tangents[i].get());
    if (!inputs_[i].entry) continue;
    retain(tangents[i].get());
    inputs_[i].entry->adjoint = tangents[i].get();
    inputs_[i].entry->masked = masked ? *masked : may_hold_zero(tangents[i].get());
  }
  tape_->push(active_, slots, members.depth);
  Nodes found;
  for (const Port& result : results_) {
    if (result.slot) {
      found.push_back(take(slots, result));
      continue;
    }
    Node* tangent = reached(result, members.depth) ? result.entry->adjoint : nullptr;
    if (tangent) retain(tangent);
    found.push_back(NodeHandle(tangent));
  }
  return found;
}

void TapeState::push(std::span<Entry* const> entries, ScalarSlots& slots, unsigned depth) {
  const RestoresRecording restore{thread};
  const bool recording = thread.recording == this;
  if (!recording && thread.recording) thread.recording->stop_recording();
  Push push{.tape = *this,
            .recording = recording,
            .scalars32 = slots.of_float.get(),
            .scalars64 = slots.of_double.get(),
            .depth = depth};
  for (Entry* entry : entries) {
    if (entry->membership.begins()) continue;  // an input: its tangent is given
    push.entry = entry;
    bool moves = entry->kind->on_scalars || reads_scalars(entry);
    for (std::size_t i = 0; i < entry->inputs && !moves; ++i) moves = push.has(i);
    if (!moves) continue;
    try {
      push.run(entry);
    } catch (const MemoryError& error) {
      fail_memory("forward mode", entry, error);
    }
  }
}

Gradients Linearization::gradients(Nodes& found) const {
  Gradients result;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    Node* variable = *static_cast<Node**>(inputs_[i].entry->captures());
    // What leaves a tape that ends with this has no place on it.
    Node* const adjoint = own_ ? allocate_view(found[i].get(), found[i]->shape, 0) : found[i].release();
    GradientsOf::add(result, variable, adjoint, false);
  }
  return result;
}

template Tensor<float> Linearization::add_input(const Tensor<float>&);
template Tensor<double> Linearization::add_input(const Tensor<double>&);
template Scalar<float> Linearization::add_input(const Scalar<float>&);
template Scalar<double> Linearization::add_input(const Scalar<double>&);
template void Linearization::add_input(std::span<const Scalar<float>>, Scalar<float>*);
template void Linearization::add_input(std::span<const Scalar<double>>, Scalar<double>*);
template void Linearization::watch(const Tensor<float>&);
template void Linearization::watch(const Tensor<double>&);
template void Linearization::add_result(const Tensor<float>&);
template void Linearization::add_result(const Tensor<double>&);
template void Linearization::add_result(const Scalar<float>&);
template void Linearization::add_result(const Scalar<double>&);
template void Linearization::add_result(std::span<const Scalar<float>>);
template void Linearization::add_result(std::span<const Scalar<double>>);

}  // namespace tapegrad::engine
