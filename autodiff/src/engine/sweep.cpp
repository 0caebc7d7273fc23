// The sweep: entries from the last to the first, each calls the rule that stands under its forward.
#include "tapegrad/engine/sweep.h"

#include <algorithm>
#include <cstring>

#include "engine/nodes.h"
#include "engine/rare_state.h"
#include "engine/trace.h"
#include "scalars/run.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/loops/map.h"
#include "tapegrad/ops.h"

namespace tapegrad::engine {

template <Real T>
void Sweep::add(std::size_t i, Tensor<T> g) {
  if (!wants(i)) return;
  if (stops && stops->shape == g.shape()) [[unlikely]] {
    Node* adjoint = const_cast<Node*>(stops);
    retain(adjoint);
    g = stopped(std::move(g), Tensor<T>(adjoint), recording);
  }
  if (tangent) [[unlikely]] {  // of the output: not summed to the input's shape
    if (*tangent) g = Tensor<T>(tangent->release()) + g;
    *tangent = g.take_node();
    return;
  }
  Entry* target = entry->input()[i];
  if (masked | entry->kind->cuts) target->masked = true;
  if (!(g.shape() == target->shape)) g = sum_to(g, target->shape);
  if (!target->adjoint) {
    target->adjoint = g.take_node().release();
    return;
  }
  Tensor<T> sum(std::exchange(target->adjoint, nullptr));
  if (!unique(sum.node()) && unique(g.node())) std::swap(sum, g);  // addition may overwrite its first operand
  if (!recording && overwritable(sum.node())) {
    kernels::map(sum.mutable_data(), sum.size(), [](const Lanes<T>& a, const Lanes<T>& b) { return a + b; },
                 sum.data(), g.data());
  } else {
    sum = std::move(sum) + g;
  }
  target->adjoint = sum.take_node().release();
}

template <Real T>
T* Sweep::into(std::size_t i, bool& accumulate) {
  Entry* target = entry->input()[i];
  if (masked | entry->kind->cuts) target->masked = true;
  accumulate = target->adjoint != nullptr;
  if (!accumulate) {
    target->adjoint = allocate(target->shape, dtype_of<T>);
  } else if (!unique(target->adjoint) || target->adjoint->base) {
    Node* own = allocate(target->shape, dtype_of<T>);
    std::memcpy(own->data, target->adjoint->data, target->shape.size() * sizeof(T));
    release(std::exchange(target->adjoint, own));
  }
  return static_cast<T*>(target->adjoint->data);
}

namespace {

// Some at a time without a branch, which the compiler makes registers of.
template <Real T>
bool any_zero(const Node* node) {
  constexpr std::size_t together = 4096;
  const T* x = static_cast<const T*>(node->data);
  std::uint32_t any = 0;
  for (std::size_t left = node->shape.size(); left > 0 && !any;) {
    const std::size_t count = std::min(left, together);
    for (std::size_t i = 0; i < count; ++i) any |= x[i] == 0 ? 1u : 0u;
    x += count;
    left -= count;
  }
  return any;
}
template <Real T>
bool all_zero(const Node* node) {
  const T* x = static_cast<const T*>(node->data);
  return std::all_of(x, x + node->shape.size(), [](T each) { return each == 0; });
}
bool all_zero(const Node* node) {
  return node->dtype == Dtype::float32 ? all_zero<float>(node) : all_zero<double>(node);
}

// A mask put zeros into all of the adjoint or the tangents: no rule is asked, whatever it would make of them. Not in a
// recorded sweep, where zeros by coincidence have derivatives.
bool nothing_flows(const Entry* entry, bool masked, bool recording) {
  return masked && !recording && !entry->kind->on_scalars && !entry->kind->traits->calls_user;
}

}  // namespace

bool holds_zero(const Node* node) {
  return node->dtype == Dtype::float32 ? any_zero<float>(node) : any_zero<double>(node);
}

namespace {
// ---- stopped: d, and 0 where it is a NaN and the factor 0      dd = dy, 0 there
// An entry of its own only while vmap follows a rule: which examples have a NaN is known when all are computed.
struct Stopped {
  static constexpr OpTraits traits{.name = "stopped",
                                   .depends = Depends::by_element,
                                   .cuts = true,
                                   .choices = Choices::remade};
  auto operator()(const auto& x) const { return stopped(x[0], x[1], context().recording != nullptr); }
  auto batched(const auto& x, const Batch& b) const { return (*this)(b.whole(x)); }
};

template <Real T>
Tensor<T> followed_stop(const Tensor<T>& d, const Tensor<T>& factor) {
  const CallSite site{};
  Inputs in(Stopped::traits.name, site, d, factor);
  const Tensor<T> y = in.view_of(d, d.shape(), 0);
  const auto kept = [d, factor](const Tensor<T>& g) {
    return where(factor == Tensor<T>(T(0)) && isnan(d), Tensor<T>(T(0)), g);
  };
  if (in) {
    in.record(y, Stopped{}, adjoint_and_tangent([kept](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, kept(g)); },
                                                [kept](const Push& push) {
                                                  return push.has(0) ? kept(push.tangent<T>(0)) : Tensor<T>();
                                                }));
  }
  return y;
}
}  // namespace

template <Real T>
Tensor<T> stopped(Tensor<T> d, const Tensor<T>& factor, bool recorded) {
  if (!(d.shape() == factor.shape())) {
    const Tensor<T> whole = broadcast_to(constant(factor), d.shape());
    return stopped(std::move(d), whole, recorded);
  }
  if (!recorded) {
    if (!overwritable(d.node())) {
      const Tensor<T> shared = std::move(d);
      d = Tensor<T>::empty(shared.shape());
      std::copy_n(shared.data(), shared.size(), d.mutable_data());
    }
    kernels::map(d.mutable_data(), d.size(), [](const Lanes<T>& product, const Lanes<T>& k) {
      return where(k == Lanes<T>(0), Lanes<T>(0), product);
    }, d.data(), factor.data());
    return d;
  }
  if (context().trace && (follows(d.node()) || follows(factor.node()))) return followed_stop(d, factor);
  bool any = false;
  for (std::size_t i = 0; i < d.size(); ++i) any |= d.data()[i] != d.data()[i];
  if (!any) return d;
  Mask made(d.shape());
  for (std::size_t i = 0; i < d.size(); ++i) {
    made.mutable_data()[i] = factor.data()[i] == 0 && d.data()[i] != d.data()[i];
  }
  return where(made, Tensor<T>(T(0)), d);
}

void Sweep::run_with_care(Entry* of, Node* adjoint) {
  of->masked = false;
  if (recording) {
    tape.thread.rule_line = &of->site;
    tape.thread.rule_masked = masked;
    if (tape.thread.trace) tape.thread.trace->rule(of);
  }
  if (!nothing_flows(of, masked, recording) || !adjoint || !all_zero(adjoint)) return of->kind->run(*of, this, adjoint);
  release(adjoint);
  for (std::size_t i = 0; i < of->inputs; ++i) {
    if (!wants(i)) continue;
    Entry* input = of->input()[i];
    input->masked = true;
    if (!input->adjoint) input->adjoint = filled(input->shape, input->dtype, 0).release();
  }
  if (consume) of->kind->run(*of, nullptr, nullptr);
}

void Push::run(Entry* of) {
  entry = of;
  masked = of->born_masked;
  bool all = true;
  for (std::size_t i = 0; i < of->inputs; ++i) masked |= has(i) && of->input()[i]->masked;
  for (std::size_t i = 0; i < of->inputs && all && masked; ++i) all = !has(i) || all_zero(of->input()[i]->adjoint);
  if (recording) {
    tape.thread.rule_line = &of->site;
    tape.thread.rule_masked = masked;
    if (tape.thread.trace) tape.thread.trace->rule(of);
  }
  of->masked = masked | of->kind->cuts;
  if (all && nothing_flows(of, masked, recording)) of->adjoint = filled(of->shape, of->dtype, 0).release();
  else of->adjoint = of->kind->push(*of, *this);
}

// What reached a variable by its rows: alone it is its gradient, else it is added to the rest.
void TapeState::end_of_rows(const SweepPlan& plan, Sweep& state, Entry* leaf) {
  auto& parts = state.row_adjoints->parts;
  Node* const variable = *static_cast<Node**>(leaf->captures());
  bool first = true;
  for (RowAdjoints::Part& part : parts) {
    if (part.leaf != leaf) continue;
    GradientsOf::add_rows(*plan.result, variable, part.values.release(), part.rows, had_inner || !first);
    first = false;
  }
  std::erase_if(parts, [leaf](const RowAdjoints::Part& part) { return part.leaf == leaf; });
  if (!leaf->adjoint) return;
  leaf->masked = false;
  GradientsOf::add(*plan.result, variable, std::exchange(leaf->adjoint, nullptr), had_inner || !first);
}

// Runs the rule of an entry that an adjoint reached.
inline void TapeState::run_entry(const SweepPlan& plan, Sweep& state, Entry* entry) {
  if (!entry->adjoint && !entry->kind->on_scalars) {
    if (entry->variable && state.row_adjoints) return end_of_rows(plan, state, entry);
    if (plan.consume && entry->live && !entry->variable) entry->kind->run(*entry, nullptr, nullptr);
    return;
  }
  state.entry = entry;
  if (options.keep_values && entry->adjoint) {
    Kept& kept = rare().kept[entry];
    kept.set(entry->adjoint, true);
    kept.masked = entry->masked | entry->born_masked;
  }
  const bool asked_for = entry->membership.begins();  // the adjoint is to stay where it is
  if (entry->variable) {
    if (asked_for) return;
    if (state.row_adjoints && !state.row_adjoints->parts.empty()) return end_of_rows(plan, state, entry);
    Node* adjoint = std::exchange(entry->adjoint, nullptr);
    entry->masked = false;
    if (plan.result) GradientsOf::add(*plan.result, *static_cast<Node**>(entry->captures()), adjoint, had_inner);
    else release(adjoint);
    return;  // the leaf holds its variable to the end of the tape, which may still be printed
  }
  Node* adjoint = entry->adjoint;
  if (!asked_for) entry->adjoint = nullptr;
  else if (adjoint) retain(adjoint);
  state.run(entry, adjoint);
  if (checks) checks->adjoints(*this, entry);
}

void TapeState::run_rules(const SweepPlan& plan, Sweep& state) {
  if (plan.only) {
    for (std::size_t i = plan.only->size(); i-- > 0;) run_entry(plan, state, (*plan.only)[i]);
  } else {
    for (Entry* entry = last; entry; entry = entry->previous) run_entry(plan, state, entry);
  }
}

void ScalarSlots::set(Dtype dtype, std::uint32_t slot, double number) {
  if (dtype == Dtype::float32) of_float->by_slot[slot] = static_cast<float>(number);
  else of_double->by_slot[slot] = number;
}
double ScalarSlots::get(Dtype dtype, std::uint32_t slot) const {
  return dtype == Dtype::float32 ? of_float->by_slot[slot] : of_double->by_slot[slot];
}

// Gradients speak of the scalars that they saw: what is added to one of those from here on makes a new one.
void TapeState::begin_sums_anew() const {
  for (std::size_t i = 0; i < scalars->count(); ++i) (*scalars)[i].accumulate_from = (*scalars)[i].slots;
}

ScalarSlots TapeState::scalar_slots() const {
  if (!scalars) return {};
  begin_sums_anew();
  return {new_adjoints(*this, scalars->of_float), new_adjoints(*this, scalars->of_double)};
}

void TapeState::sweep(const SweepPlan& plan, ScalarSlots& slots) {
  Sweep state{.tape = *this,
              .recording = plan.create_graph,
              .consume = plan.consume,
              .scalars32 = slots.of_float.get(),
              .scalars64 = slots.of_double.get(),
              .depth = plan.depth};
  RowAdjoints row_adjoints;
  if (plan.result && !plan.only && !plan.create_graph && !options.keep_values && !checks) {
    state.row_adjoints = &row_adjoints;
  }
  std::optional<TapePosition> before;
  if (plan.create_graph) before = position();
  try {
    const RestoresRecording restore{thread};
    if (!plan.create_graph && thread.recording) thread.recording->stop_recording();
    run_rules(plan, state);
  } catch (const MemoryError& error) {
    if (plan.consume) fail_sweep(state.entry, error.what());
    else undo_sweep(plan, before);
    fail_memory("backward", state.entry, error);
  } catch (const std::exception& error) {
    fail_sweep(state.entry, error.what());
    throw;
  } catch (...) {
    fail_sweep(state.entry, "something that is no std::exception");
    throw;
  }
  if (plan.consume) close();
  if (plan.result && !plan.only) GradientsOf::set_scalars(*plan.result, slots);  // a step leaves them for the next
}

// The tape as it was before a sweep that keeps it.
void TapeState::undo_sweep(const SweepPlan& plan, const std::optional<TapePosition>& before) {
  for (Entry* entry = plan.only ? nullptr : last; entry; entry = entry->previous) {  // of a part: Linearization's
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
  }
  if (before) forget_after(*before);
  if (rare_state) rare_state->forget_adjoints();
  swept = nullptr;
}

// The line is that of the op whose derivative it was, not one of the rule's. A sweep within a sweep has named it
// already.
void TapeState::fail_memory(std::string_view direction, const Entry* entry, const MemoryError& error) {
  const std::string_view said = error.what();
  if (!entry || said.starts_with("backward of ") || said.starts_with("forward mode of ")) throw error;
  throw MemoryError(std::string(direction) + " of " + std::string(entry->kind->name()), error.wanted(), entry->site);
}

void TapeState::fail_sweep(const Entry* entry, const std::string& reason) {
  rare().broken_by = "the rule of " + std::string(entry->kind->name()) + text(entry->site) + " threw: " + reason;
  drop(last, nullptr);
  close();
  phase = Phase::broken;
}

Entry* TapeState::place_of(const Node* node) const {
  if (node->variable && node->variable < thread.leaf_capacity) {
    const Leaf& leaf = thread.leaves[node->variable];
    if (leaf.entry && owns(leaf.birth)) return leaf.entry;
    if (had_inner) return find_leaf(node->variable);
  }
  return node->entry && owns(node->birth) ? node->entry : nullptr;
}

Entry* TapeState::require_place(const Node* node, std::string_view what, const CallSite& site) const {
  if (!node) fail_empty(what, site);
  require_open(what, site);
  if (Entry* entry = place_of(node)) return entry;
  if (!node->entry) {
    throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                    " depends on nothing that this tape recorded" + text(site) +
                    ". Was it computed before the tape began, or from constants only?");
  }
  throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                  " was recorded on another tape, or on a part that was rewound" + text(site));
}

NodeHandle TapeState::checked_seed(const Node* y, Node* seed, bool recorded, std::string_view what,
                                   const CallSite& site) const {
  if (!seed) {
    if (y->shape.size() != 1) {
      throw ShapeError(std::string(what) + ": the result has shape " + text(y->shape) + text(site) +
                       ". Reduce it with sum or mean, or give {.seed = t} of that shape");
    }
    return filled(y->shape, y->dtype, 1);
  }
  if (!(seed->shape == y->shape)) {
    throw ShapeError(std::string(what) + ": the seed has shape " + text(seed->shape) + ", but the result has " +
                     text(y->shape) + text(site));
  }
  if (seed->variable && recorded) Recorder::place(thread, seed, what, site);  // its buffer alone would be lost
  if (seed->variable && seed->base) seed = seed->base;  // the values of now, not the variable
  retain(seed);
  return NodeHandle(seed);
}

// A sweep that somebody asked for: what `why` then speaks of.
void TapeState::begin_sweep(Entry* result, const Node* seed, bool partial, std::string_view what,
                            const CallSite& site) {
  if (checks && seed) checks->seed(seed, what, site);
  swept = result;
  swept_partly = partial;
  if (options.keep_values) rare().forget_adjoints();
}

void TapeState::require_recording(bool create_graph, std::string_view what, const CallSite& site) const {
  if (create_graph && thread.recording != this) {
    throw TapeError(std::string(what) + ": create_graph records the sweep, but this tape is paused" + text(site) +
                    ". End the Tape::Pause first");
  }
}

Entry* TapeState::last_on_scalars() const {
  Entry* entry = last;
  while (entry && !entry->kind->on_scalars) entry = entry->previous;
  return entry;
}

// The adjoint that a sweep from a scalar begins with.
double TapeState::begin_scalar_sweep(const AnyScalarLog* log, std::uint32_t tag, std::uint32_t slot, const Node* seed,
                                std::string_view what, const CallSite& site) {
  require_open(what, site);
  if (!slot || !log || !log->generations.alive(tag, slot)) {
    throw TapeError(std::string(what) + ": the scalar depends on nothing that this tape recorded" + text(site));
  }
  if (seed && seed->shape.size() != 1) {
    throw ShapeError(std::string(what) + ": the seed has shape " + text(seed->shape) + ", but the result is a scalar" +
                     text(site));
  }
  begin_sweep(last_on_scalars(), seed, false, what, site);
  return seed ? number_in(seed) : 1;
}

void TapeState::end_sweep_of_duals(bool keep) {
  begin_sums_anew();
  if (keep) return;
  ScalarSlots slots = scalar_slots();
  sweep({.consume = true}, slots);
}

// The sweep runs the rules of those entries only that lie between the x and y.
Linearization::Nodes TapeState::gradients_at(std::span<Entry* const> x, const Node* y, Node* seed, bool create_graph,
                                        const CallSite& site) {
  require_recording(create_graph, "gradient", site);
  Entry* result = require_place(y, "gradient", site);
  Linearization at(*this, x, result, create_graph);
  Linearization::Nodes cotangents;
  cotangents.push_back(checked_seed(y, seed, create_graph, "gradient", site));
  begin_sweep(result, cotangents[0].get(), true, "gradient", site);
  Linearization::Nodes found = at.pull(cotangents);
  for (std::size_t i = 0; options.keep_values && i < x.size(); ++i) {
    if (found[i]) rare().kept[x[i]].set(found[i].get(), true);
  }
  return found;
}

template void Sweep::add(std::size_t, Tensor<float>);
template void Sweep::add(std::size_t, Tensor<double>);
template Tensor<float> stopped(Tensor<float>, const Tensor<float>&, bool);
template Tensor<double> stopped(Tensor<double>, const Tensor<double>&, bool);
template float* Sweep::into(std::size_t, bool&);
template double* Sweep::into(std::size_t, bool&);

}  // namespace tapegrad::engine
