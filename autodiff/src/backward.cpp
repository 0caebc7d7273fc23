// The sweep: entries from the last to the first, each calls the rule that stands under its forward.
#include <algorithm>
#include <cstring>

#include "extras.h"
#include "tapegrad/engine/map.h"
#include "tapegrad/ops.h"

namespace tapegrad {

template <Real T>
void Sweep::add(std::size_t i, Tensor<T> g) {
  Entry* target = entry->input()[i];
  if (!target) return;
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

// Runs the rules of all entries that an adjoint reached.
void Tape::run_rules(const SweepPlan& plan, Sweep& state) {
  for (Entry* entry = plan.from ? plan.from : last_; entry != plan.until; entry = entry->previous) {
    state.entry = entry;
    for (Watch& watch : plan.watched) {
      if (watch.entry != entry || !entry->adjoint) continue;
      if (!watch.stop) retain(entry->adjoint);
      watch.adjoint.reset(watch.stop ? std::exchange(entry->adjoint, nullptr) : entry->adjoint);
    }
    if (!entry->adjoint && !entry->kind->on_scalars) {
      if (plan.consume && entry->live && !entry->variable) entry->kind->run(*entry, nullptr, nullptr);
      continue;
    }
    if (options_.keep_values && entry->adjoint) extras().kept[entry].set(entry->adjoint, true);
    if (entry->variable) {
      Node* adjoint = std::exchange(entry->adjoint, nullptr);
      if (plan.result) plan.result->add(*static_cast<Node**>(entry->captures()), adjoint, had_inner_);
      else release(adjoint);
      continue;  // the leaf holds its variable to the end of the tape, which may still be printed
    }
    if (plan.create_graph) context_.rule_line = &entry->where;
    entry->kind->run(*entry, &state, std::exchange(entry->adjoint, nullptr));
  }
}

void Tape::sweep(const SweepPlan& plan) {
  std::shared_ptr<ScalarAdjoints<float>> scalars32;
  std::shared_ptr<ScalarAdjoints<double>> scalars64;
  if (plan.from && plan.result) {  // a later step finds what the first one made
    scalars32 = plan.result->scalars32_;
    scalars64 = plan.result->scalars64_;
  }
  if (scalars_ && !scalars64) {
    scalars32.reset(new ScalarAdjoints<float>{first_birth_, context_.next_birth,
                                              std::vector<float>(scalars_->of_float.slots)});
    scalars64.reset(new ScalarAdjoints<double>{first_birth_, context_.next_birth,
                                               std::vector<double>(scalars_->of_double.slots)});
    const std::uint64_t slot = plan.scalar_seed >> 1;
    if (plan.scalar_seed & 1) scalars32->by_slot[slot] = 1;
    else if (slot) scalars64->by_slot[slot] = 1;
  }
  Sweep state{*this, nullptr, plan.create_graph, plan.consume, scalars32.get(), scalars64.get()};
  // Whatever records, or is paused, does so again afterwards.
  struct Restore {
    Context& context;
    Tape* recording = context.recording;
    const Where* rule_line = context.rule_line;  // of a sweep whose rule began this one
    ~Restore() {
      context.recording = recording;
      context.rule_line = rule_line;
    }
  };
  try {
    Restore restore{context_};
    if (!plan.create_graph) context_.recording = nullptr;
    run_rules(plan, state);
  } catch (const std::exception& error) {
    fail_sweep(state.entry, error.what());
    throw;
  } catch (...) {
    fail_sweep(state.entry, "something that is no std::exception");
    throw;
  }
  if (plan.consume) close();
  if (plan.result) {
    plan.result->scalars32_ = std::move(scalars32);
    plan.result->scalars64_ = std::move(scalars64);
  }
}

void Tape::fail_sweep(const Entry* entry, const std::string& reason) {
  extras().broken_by = "the rule of " + std::string(entry->kind->name) + text(entry->where) + " threw: " + reason;
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

Entry* Tape::require_place(const Node* node, std::string_view what, const Where& where) {
  if (!node) fail_empty(what, where);
  require_open(what, where);
  if (Entry* entry = place_of(node)) return entry;
  if (!node->entry) {
    throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                    " depends on nothing that this tape recorded" + text(where) +
                    ". Was it computed before the tape began, or from constants only?");
  }
  throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                  " was recorded on another tape, or on a part that was rewound" + text(where));
}

void Tape::seed(const Node* y, Node* adjoint, std::string_view what, const Where& where) {
  Entry* entry = require_place(y, what, where);
  if (adjoint) {
    if (!(adjoint->shape == y->shape)) {
      throw ShapeError(std::string(what) + ": the seed has shape " + text(adjoint->shape) + ", but the result has " +
                       text(y->shape) + text(where));
    }
    if (adjoint->variable && adjoint->base) adjoint = adjoint->base;  // the values of now, not the variable
    retain(adjoint);
  } else {
    if (y->shape.size() != 1) {
      throw ShapeError(std::string(what) + ": the result has shape " + text(y->shape) + text(where) +
                       ". Reduce it with sum or mean, or give {.seed = t} of that shape");
    }
    adjoint = y->dtype == Dtype::float32 ? Tensor<float>::full(y->shape, 1).detach()
                                         : Tensor<double>::full(y->shape, 1).detach();
  }
  if (entry->adjoint) release(entry->adjoint);
  entry->adjoint = adjoint;
}

void Tape::require_recording(bool create_graph, std::string_view what, const Where& where) const {
  if (create_graph && context_.recording != this) {
    throw TapeError(std::string(what) + ": create_graph records the sweep, but this tape is paused" + text(where) +
                    ". End the Tape::Pause first");
  }
}

template <Real T>
Gradients Tape::backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  require_recording(options.create_graph, "backward", where);
  seed(y.node(), options.seed.node(), "backward", where);
  Gradients result;
  sweep({.create_graph = options.create_graph,
         .consume = !options.keep && !options.create_graph,
         .result = &result});
  return result;
}

template <Real T>
std::uint64_t Tape::seed_of(const Scalar<T>& y, std::string_view what, const Where& where) const {
  require_open(what, where);
  if (!y.slot() || !owns(y.birth())) {
    throw TapeError(std::string(what) + ": the scalar depends on nothing that this tape recorded" + text(where));
  }
  return std::uint64_t(y.slot()) << 1 | std::uint64_t(std::is_same_v<T, float>);
}

template <Real T>
Gradients Tape::backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  const std::uint64_t scalar_seed = seed_of(y, "backward", where);
  if (options.create_graph) {
    throw TapeError("backward: a run of scalar statements holds numbers, so create_graph stops there" + text(where) +
                    ". Use tensors where second derivatives are needed");
  }
  Gradients result;
  sweep({.consume = !options.keep,
         .result = &result,
         .scalar_seed = scalar_seed});
  return result;
}

// Sweeps down to the earliest of the watched entries, whose adjoint is then complete: what reads it comes after it.
void Tape::gradients_at(std::span<Watch> watched, bool create_graph) {
  Entry* entry = last_;
  Entry* earliest = last_;
  for (std::size_t found = 0; found < watched.size(); entry = entry->previous) {
    const auto hits = std::count_if(watched.begin(), watched.end(), [&](const Watch& w) { return w.entry == entry; });
    if (hits) earliest = entry;
    found += static_cast<std::size_t>(hits);
  }
  sweep({.until = earliest, .create_graph = create_graph, .watched = watched});
  for (Watch& watch : watched) {
    if (watch.entry != earliest || !earliest->adjoint) continue;
    retain(earliest->adjoint);
    watch.adjoint.reset(earliest->adjoint);
  }
  if (earliest->adjoint) release(std::exchange(earliest->adjoint, nullptr));
}

namespace {
// The adjoint that a sweep found, taken over; zeros where none arrived.
template <Real T>
Tensor<T> adjoint_or_zeros(NodeHandle& adjoint, const Shape& shape) {
  return adjoint ? Tensor<T>(adjoint.release()) : Tensor<T>::full(shape, 0);
}

// What a sweep that went only part of the way left further down.
void clear_adjoints(Entry* from) {
  for (Entry* entry = from; entry; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
  }
}
}  // namespace

// The outer sweep's adjoints further down stay: what is swept here reads nothing below x.
template <Real T>
std::vector<Tensor<T>> Tape::pullback(const Tensor<T>& y, const Tensor<T>& seeded, const std::vector<Tensor<T>>& x) {
  std::vector<Watch> watched;
  for (const Tensor<T>& input : x) watched.push_back({.entry = input.node()->entry, .stop = true});
  seed(y.node(), seeded.node(), "backward", Where{});
  gradients_at(watched, true);
  std::vector<Tensor<T>> result;
  for (std::size_t i = 0; i < x.size(); ++i) result.push_back(adjoint_or_zeros<T>(watched[i].adjoint, x[i].shape()));
  return result;
}

template <Real T>
std::vector<Tensor<T>> Tape::gradient(const Tensor<T>& y, const std::vector<Tensor<T>>& x,
                                      const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  require_recording(options.create_graph, "gradient", where);
  std::vector<Watch> watched;
  for (const Tensor<T>& input : x) watched.push_back({.entry = require_place(input.node(), "gradient", where)});
  seed(y.node(), options.seed.node(), "gradient", where);
  gradients_at(watched, options.create_graph);
  clear_adjoints(last_);
  std::vector<Tensor<T>> result;
  for (std::size_t i = 0; i < x.size(); ++i) result.push_back(adjoint_or_zeros<T>(watched[i].adjoint, x[i].shape()));
  return result;
}

template <Real T, Real U>
Tensor<U> Tape::gradient(const Tensor<T>& y, const Tensor<U>& x,
                         const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  require_recording(options.create_graph, "gradient", where);
  Watch watch{.entry = require_place(x.node(), "gradient", where)};
  seed(y.node(), options.seed.node(), "gradient", where);
  gradients_at({&watch, 1}, options.create_graph);
  clear_adjoints(last_);
  return adjoint_or_zeros<U>(watch.adjoint, x.shape());
}

template void Sweep::add(std::size_t, Tensor<float>);
template void Sweep::add(std::size_t, Tensor<double>);
template float* Sweep::into(std::size_t, bool&);
template double* Sweep::into(std::size_t, bool&);
template Gradients Tape::backward(const Tensor<float>&, const BackwardOptions<float>&, Where);
template Gradients Tape::backward(const Tensor<double>&, const BackwardOptions<double>&, Where);
template std::uint64_t Tape::seed_of(const Scalar<float>&, std::string_view, const Where&) const;
template std::uint64_t Tape::seed_of(const Scalar<double>&, std::string_view, const Where&) const;
template Gradients Tape::backward(const Scalar<float>&, const BackwardOptions<float>&, Where);
template Gradients Tape::backward(const Scalar<double>&, const BackwardOptions<double>&, Where);
template Tensor<float> Tape::gradient(const Tensor<float>&, const Tensor<float>&, const BackwardOptions<float>&, Where);
template Tensor<double> Tape::gradient(const Tensor<float>&, const Tensor<double>&, const BackwardOptions<float>&,
                                       Where);
template Tensor<float> Tape::gradient(const Tensor<double>&, const Tensor<float>&, const BackwardOptions<double>&,
                                      Where);
template Tensor<double> Tape::gradient(const Tensor<double>&, const Tensor<double>&, const BackwardOptions<double>&,
                                       Where);
template std::vector<Tensor<float>> Tape::pullback(const Tensor<float>&, const Tensor<float>&,
                                                   const std::vector<Tensor<float>>&);
template std::vector<Tensor<double>> Tape::pullback(const Tensor<double>&, const Tensor<double>&,
                                                    const std::vector<Tensor<double>>&);
template std::vector<Tensor<float>> Tape::gradient(const Tensor<float>&, const std::vector<Tensor<float>>&,
                                                   const BackwardOptions<float>&, Where);
template std::vector<Tensor<double>> Tape::gradient(const Tensor<double>&, const std::vector<Tensor<double>>&,
                                                    const BackwardOptions<double>&, Where);

}  // namespace tapegrad
