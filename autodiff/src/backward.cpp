// The sweep: entries from the last to the first, each calls the rule that stands under its forward.
#include <algorithm>
#include <cstring>

#include "record.h"
#include "scalar_run.h"
#include "tapegrad/ops.h"

namespace tapegrad {

template <Real T>
void Sweep::add(std::size_t i, Tensor<T> g) {
  Entry* target = entry->input()[i];
  if (!target) return;
  if (!(g.shape() == target->shape)) g = sum_to(g, target->shape, where());
  if (!target->adjoint) {
    target->adjoint = g.detach();
    return;
  }
  Tensor<T> sum(std::exchange(target->adjoint, nullptr));
  if (recording) {
    sum = tapegrad::add(sum, g, where());
  } else {
    if (!unique(sum.node()) && unique(g.node())) std::swap(sum, g);
    if (!unique(sum.node()) || sum.node()->base) sum = tapegrad::add(sum, g);
    else std::transform(sum.data(), sum.data() + sum.size(), g.data(), sum.mutable_data(), std::plus<T>());
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

// Runs the rules of all entries that an adjoint reached. `until` is the last one whose rule does not run.
void Tape::sweep(Entry* until, bool create_graph, bool consume, Gradients* result) {
  ScalarAdjoints<float> scalars32{first_birth_, context_.next_birth, std::vector<float>(scalars32_.slots)};
  ScalarAdjoints<double> scalars64{first_birth_, context_.next_birth, std::vector<double>(scalars64_.slots)};
  if (seed_slot_) {
    const std::uint64_t slot = seed_slot_ >> 1;
    if (seed_slot_ & 1) scalars32.by_slot[slot] = 1;
    else scalars64.by_slot[slot] = 1;
    seed_slot_ = 0;
  }
  Sweep state{*this, nullptr, create_graph, consume, scalars32, scalars64};
  if (!create_graph) context_.recording = nullptr;
  Entry* entry = last_;
  try {
    for (; entry != until; entry = entry->previous) {
      state.entry = entry;
      const bool scalar_run = is_scalar_entry(*entry);
      if (!entry->adjoint && !scalar_run) {
        if (consume && entry->live) entry->kind->run(*entry, nullptr, nullptr);
        continue;
      }
      if (options_.keep_values && entry->adjoint) {
        for (Kept& kept : kept_) {
          if (kept.entry == entry) kept.set(entry->adjoint, true);
        }
      }
      if (entry->variable) {
        Node* adjoint = std::exchange(entry->adjoint, nullptr);
        if (result) result->add(pinned_variable(entry), adjoint, had_inner_);
        else release(adjoint);
        if (consume) entry->kind->run(*entry, nullptr, nullptr);
        continue;
      }
      if (!entry->live) throw TapeError("its captures are gone");
      entry->kind->run(*entry, &state, std::exchange(entry->adjoint, nullptr));
    }
  } catch (const std::exception& error) {
    broken_by_ = "the rule of " + std::string(entry->kind->name) + text(entry->where) + " threw: " + error.what();
    drop(last_, nullptr);
    close();
    state_ = State::broken;
    throw;
  }
  if (!create_graph) context_.recording = this;
  if (consume) close();
  if (result) {
    result->scalars32_ = std::move(scalars32);
    result->scalars64_ = std::move(scalars64);
  }
}

Entry* Tape::require_place(const Node* node, std::string_view what, const Where& where) {
  require_open(what, where);
  if (node->variable && node->variable < context_.leaf_capacity) {
    const Leaf& leaf = context_.leaves[node->variable];
    if (leaf.entry && owns(leaf.birth)) return leaf.entry;
  }
  if (!node->entry) {
    throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                    " depends on nothing that this tape recorded" + text(where) +
                    ". Was it computed before the tape began, or from constants only?");
  }
  if (!owns(node->birth)) {
    throw TapeError(std::string(what) + ": a tensor of shape " + text(node->shape) +
                    " was recorded on another tape, or on a part that was rewound" + text(where));
  }
  return node->entry;
}

Entry* Tape::seed(const Node* y, Node* adjoint, std::string_view what, const Where& where) {
  Entry* entry = require_place(y, what, where);
  if (adjoint) {
    if (!(adjoint->shape == y->shape)) {
      throw ShapeError(std::string(what) + ": the seed has shape " + text(adjoint->shape) + ", but the result has " +
                       text(y->shape) + text(where));
    }
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
  return entry;
}

template <Real T>
Gradients Tape::backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  seed(y.node(), options.seed.node(), "backward", where);
  Gradients result;
  sweep(nullptr, options.create_graph, !options.keep && !options.create_graph, &result);
  return result;
}

template <Real T>
Gradients Tape::backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  require_open("backward", where);
  if (!y.slot() || !owns(y.birth())) {
    throw TapeError("backward: the scalar depends on nothing that this tape recorded" + text(where));
  }
  if (options.create_graph) {
    throw TapeError("backward: a run of scalar statements holds numbers, so create_graph stops there" + text(where) +
                    ". Use tensors where second derivatives are needed");
  }
  seed_slot_ = std::uint64_t(y.slot()) << 1 | (std::is_same_v<T, float> ? 1 : 0);
  Gradients result;
  sweep(nullptr, false, !options.keep, &result);
  return result;
}

template <Real T, Real U>
Tensor<U> Tape::gradient(const Tensor<T>& y, const Tensor<U>& x,
                         const BackwardOptions<std::type_identity_t<T>>& options, Where where) {
  Entry* target = require_place(x.node(), "gradient", where);
  seed(y.node(), options.seed.node(), "gradient", where);
  // Sweep down to x, whose adjoint is then complete: every reader of x comes after it.
  sweep(target, options.create_graph, false, nullptr);
  Tensor<U> result =
      target->adjoint ? Tensor<U>(std::exchange(target->adjoint, nullptr)) : Tensor<U>::full(x.shape(), 0);
  for (Entry* entry = target; entry; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
  }
  return result;
}

template void Sweep::add(std::size_t, Tensor<float>);
template void Sweep::add(std::size_t, Tensor<double>);
template float* Sweep::into(std::size_t, bool&);
template double* Sweep::into(std::size_t, bool&);
template Gradients Tape::backward(const Tensor<float>&, const BackwardOptions<float>&, Where);
template Gradients Tape::backward(const Tensor<double>&, const BackwardOptions<double>&, Where);
template Gradients Tape::backward(const Scalar<float>&, const BackwardOptions<float>&, Where);
template Gradients Tape::backward(const Scalar<double>&, const BackwardOptions<double>&, Where);
template Tensor<float> Tape::gradient(const Tensor<float>&, const Tensor<float>&, const BackwardOptions<float>&, Where);
template Tensor<double> Tape::gradient(const Tensor<float>&, const Tensor<double>&, const BackwardOptions<float>&,
                                       Where);
template Tensor<float> Tape::gradient(const Tensor<double>&, const Tensor<float>&, const BackwardOptions<double>&,
                                      Where);
template Tensor<double> Tape::gradient(const Tensor<double>&, const Tensor<double>&, const BackwardOptions<double>&,
                                       Where);

}  // namespace tapegrad
