// The sweep: entries from the last to the first, each calls the rule that stands under its forward.
#include <algorithm>
#include <cstring>

#include "inspect/elements.h"
#include "tape/extras.h"
#include "scalars/run.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/loops/map.h"
#include "tapegrad/ops.h"
#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;

template <Real T>
void Sweep::add(std::size_t i, Tensor<T> g) {
  if (!wants(i)) return;
  if (tangent) {  // of the output: not summed to the input's shape
    if (*tangent) g = Tensor<T>(tangent->release()) + g;
    tangent->reset(g.detach());
    return;
  }
  Entry* target = entry->input()[i];
  if (!(g.shape() == target->shape)) g = sum_to(g, target->shape);
  if (!target->adjoint) {
    target->adjoint = g.detach();
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
  target->adjoint = sum.detach();
}

template <Real T>
T* Sweep::into(std::size_t i, bool& accumulate) {
  Entry* target = entry->input()[i];
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

// Runs the rule of an entry that an adjoint reached.
inline void Tape::run_entry(const SweepPlan& plan, Sweep& state, Entry* entry) {
  if (!entry->adjoint && !entry->kind->on_scalars) {
    if (plan.consume && entry->live && !entry->variable) entry->kind->run(*entry, nullptr, nullptr);
    return;
  }
  state.entry = entry;
  if (options_.keep_values && entry->adjoint) extras().kept[entry].set(entry->adjoint, true);
  const bool asked_for = entry->mark & 1;  // the adjoint is to stay where it is
  if (entry->variable) {
    if (asked_for) return;
    Node* adjoint = std::exchange(entry->adjoint, nullptr);
    if (plan.result) plan.result->add(*static_cast<Node**>(entry->captures()), adjoint, had_inner_);
    else release(adjoint);
    return;  // the leaf holds its variable to the end of the tape, which may still be printed
  }
  if (plan.create_graph) context_.rule_line = &entry->site;
  Node* adjoint = entry->adjoint;
  if (!asked_for) entry->adjoint = nullptr;
  else if (adjoint) retain(adjoint);
  entry->kind->run(*entry, &state, adjoint);
  if (options_.check_numbers) require_finite_adjoints(entry);
}

void Tape::run_rules(const SweepPlan& plan, Sweep& state) {
  if (plan.depth || !plan.part.empty()) {
    for (std::size_t i = plan.part.size(); i-- > 0;) run_entry(plan, state, plan.part[i]);
  } else {
    for (Entry* entry = last_; entry; entry = entry->previous) run_entry(plan, state, entry);
  }
}

void Tape::SlotsOfBoth::set(Dtype dtype, std::uint32_t slot, double number) {
  if (dtype == Dtype::float32) of_float->by_slot[slot] = static_cast<float>(number);
  else of_double->by_slot[slot] = number;
}
double Tape::SlotsOfBoth::get(Dtype dtype, std::uint32_t slot) const {
  return dtype == Dtype::float32 ? of_float->by_slot[slot] : of_double->by_slot[slot];
}

// Gradients speak of the scalars that they saw: what is added to one of those from here on makes a new one.
void Tape::begin_sums_anew() const {
  for (std::size_t i = 0; i < scalars_->count(); ++i) (*scalars_)[i].accumulate_from = (*scalars_)[i].slots;
}

Tape::SlotsOfBoth Tape::scalar_slots() const {
  if (!scalars_) return {};
  begin_sums_anew();
  return {new_adjoints(scalars_->of_float), new_adjoints(scalars_->of_double)};
}

void Tape::sweep(const SweepPlan& plan, SlotsOfBoth& slots) {
  Sweep state{*this, nullptr, plan.create_graph, plan.consume, slots.of_float.get(), slots.of_double.get(), plan.depth};
  try {
    const RecordingAgain restore{context_};
    if (!plan.create_graph && context_.recording) context_.recording->stop_recording();
    run_rules(plan, state);
  } catch (const std::exception& error) {
    fail_sweep(state.entry, error.what());
    throw;
  } catch (...) {
    fail_sweep(state.entry, "something that is no std::exception");
    throw;
  }
  if (plan.consume) close();
  if (plan.result && plan.part.empty()) {  // one step leaves them for the next
    plan.result->scalars_ = {std::move(slots.of_float), std::move(slots.of_double), nullptr};
  }
}

void Tape::fail_sweep(const Entry* entry, const std::string& reason) {
  extras().broken_by = "the rule of " + std::string(entry->kind->name()) + text(entry->site) + " threw: " + reason;
  drop(last_, nullptr);
  close();
  state_ = State::broken;
}

Entry* Tape::place_of(const Node* node) const {
  if (node->variable && node->variable < context_.leaf_capacity) {
    const Leaf& leaf = context_.leaves[node->variable];
    if (leaf.entry && owns(leaf.birth)) return leaf.entry;
    if (had_inner_) return find_leaf(node->variable);
  }
  return node->entry && owns(node->birth) ? node->entry : nullptr;
}

Entry* Tape::require_place(const Node* node, std::string_view what, const CallSite& site) {
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

NodeHandle Tape::checked_seed(const Node* y, Node* seed, std::string_view what, const CallSite& site) const {
  if (!seed) {
    if (y->shape.size() != 1) {
      throw ShapeError(std::string(what) + ": the result has shape " + text(y->shape) + text(site) +
                       ". Reduce it with sum or mean, or give {.seed = t} of that shape");
    }
    return ones(y->shape, y->dtype);
  }
  if (!(seed->shape == y->shape)) {
    throw ShapeError(std::string(what) + ": the seed has shape " + text(seed->shape) + ", but the result has " +
                     text(y->shape) + text(site));
  }
  if (seed->variable && seed->base) seed = seed->base;  // the values of now, not the variable
  retain(seed);
  return NodeHandle(seed);
}

// A sweep that somebody asked for: what `why` then speaks of.
void Tape::begin_sweep(Entry* result, const Node* seed, bool part, std::string_view what, const CallSite& site) {
  if (options_.check_numbers && seed) require_finite_seed(seed, what, site);
  swept_ = {result, part};
  if (options_.keep_values) extras().forget_adjoints();
}

void Tape::require_recording(bool create_graph, std::string_view what, const CallSite& site) const {
  if (create_graph && context_.recording != this) {
    throw TapeError(std::string(what) + ": create_graph records the sweep, but this tape is paused" + text(site) +
                    ". End the Tape::Pause first");
  }
}

template <Real T>
Gradients Tape::backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  require_recording(options.create_graph, "backward", site);
  Entry* entry = require_place(y.node(), "backward", site);
  NodeHandle adjoint = checked_seed(y.node(), options.seed.node(), "backward", site);
  begin_sweep(entry, adjoint.get(), false, "backward", site);
  if (entry->adjoint) release(entry->adjoint);
  entry->adjoint = adjoint.release();
  Gradients result;
  SlotsOfBoth slots = scalar_slots();
  sweep({.create_graph = options.create_graph,
         .consume = !options.keep && !options.create_graph,
         .result = &result}, slots);
  return result;
}

Entry* Tape::last_statements() const {
  Entry* entry = last_;
  while (entry && !entry->kind->on_scalars) entry = entry->previous;
  return entry;
}

void Tape::refuse_recorded_scalars(bool create_graph, const CallSite& site) {
  if (create_graph) fail_recorded("backward", site);
}

// The adjoint that a sweep from a scalar begins with.
double Tape::begin_scalar_sweep(const AnyScalarLog* log, std::uint32_t tag, std::uint32_t slot, const Node* seed,
                                std::string_view what, const CallSite& site) {
  require_open(what, site);
  if (!slot || !log || !log->parts.alive(tag, slot)) {
    throw TapeError(std::string(what) + ": the scalar depends on nothing that this tape recorded" + text(site));
  }
  if (seed && seed->shape.size() != 1) {
    throw ShapeError(std::string(what) + ": the seed has shape " + text(seed->shape) + ", but the result is a scalar" +
                     text(site));
  }
  begin_sweep(last_statements(), seed, false, what, site);
  return seed ? number_in(seed) : 1;
}

template <Real T>
Gradients Tape::backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  refuse_recorded_scalars(options.create_graph, site);
  const double seed = begin_scalar_sweep(y, options.seed.node(), "backward", site);
  Gradients result;
  SlotsOfBoth slots = scalar_slots();
  slots.set(dtype_of<T>, y.slot(), seed);
  sweep({.consume = !options.keep, .result = &result}, slots);
  return result;
}

void Tape::end_sweep_of_duals(bool keep) {
  begin_sums_anew();
  if (keep) return;
  SlotsOfBoth slots = scalar_slots();
  sweep({.consume = true}, slots);
}

// The sweep runs the rules of those entries only that lie between the x and y.
Linearization::Nodes Tape::gradients_at(std::span<Entry* const> x, const Node* y, Node* seed, bool create_graph,
                                        const CallSite& site) {
  require_recording(create_graph, "gradient", site);
  Entry* result = require_place(y, "gradient", site);
  Linearization at(*this, x, result, create_graph);
  Linearization::Nodes cotangents;
  cotangents.push_back(checked_seed(y, seed, "gradient", site));
  begin_sweep(result, cotangents[0].get(), true, "gradient", site);
  Linearization::Nodes found = at.pull(cotangents);
  for (std::size_t i = 0; options_.keep_values && i < x.size(); ++i) {
    if (found[i]) extras().kept[x[i]].set(found[i].get(), true);
  }
  return found;
}

namespace {
// The adjoint that a sweep found, taken over; zeros where none arrived.
template <Real T>
Tensor<T> adjoint_or_zeros(NodeHandle& adjoint, const Shape& shape) {
  return adjoint ? Tensor<T>(adjoint.release()) : Tensor<T>::full(shape, 0);
}
}  // namespace

template <Real T>
std::vector<Tensor<T>> Tape::gradient(const Tensor<T>& y, const std::vector<Tensor<T>>& x,
                                      const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  std::vector<Entry*, PoolAllocator<Entry*>> entries;
  for (const Tensor<T>& input : x) entries.push_back(require_place(input.node(), "gradient", site));
  auto found = gradients_at(entries, y.node(), options.seed.node(), options.create_graph, site);
  std::vector<Tensor<T>> result;
  for (std::size_t i = 0; i < x.size(); ++i) result.push_back(adjoint_or_zeros<T>(found[i], x[i].shape()));
  return result;
}

template <Real T, Real U>
Tensor<U> Tape::gradient(const Tensor<T>& y, const Tensor<U>& x,
                         const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  Entry* entry = require_place(x.node(), "gradient", site);
  auto found = gradients_at({&entry, 1}, y.node(), options.seed.node(), options.create_graph, site);
  return adjoint_or_zeros<U>(found[0], x.shape());
}

template void Sweep::add(std::size_t, Tensor<float>);
template void Sweep::add(std::size_t, Tensor<double>);
template float* Sweep::into(std::size_t, bool&);
template double* Sweep::into(std::size_t, bool&);
template Gradients Tape::backward(const Tensor<float>&, const BackwardOptions<float>&, CallSite);
template Gradients Tape::backward(const Tensor<double>&, const BackwardOptions<double>&, CallSite);
template Gradients Tape::backward(const Scalar<float>&, const BackwardOptions<float>&, CallSite);
template Gradients Tape::backward(const Scalar<double>&, const BackwardOptions<double>&, CallSite);
template Tensor<float> Tape::gradient(const Tensor<float>&, const Tensor<float>&, const BackwardOptions<float>&,
                                      CallSite);
template Tensor<double> Tape::gradient(const Tensor<float>&, const Tensor<double>&, const BackwardOptions<float>&,
                                       CallSite);
template Tensor<float> Tape::gradient(const Tensor<double>&, const Tensor<float>&, const BackwardOptions<double>&,
                                      CallSite);
template Tensor<double> Tape::gradient(const Tensor<double>&, const Tensor<double>&, const BackwardOptions<double>&,
                                       CallSite);
template std::vector<Tensor<float>> Tape::gradient(const Tensor<float>&, const std::vector<Tensor<float>>&,
                                                   const BackwardOptions<float>&, CallSite);
template std::vector<Tensor<double>> Tape::gradient(const Tensor<double>&, const std::vector<Tensor<double>>&,
                                                    const BackwardOptions<double>&, CallSite);

}  // namespace tapegrad
