#include "tapegrad/tape/gradients.h"

#include <algorithm>
#include <atomic>
#include <tuple>

#include "tape/gradient_items.h"
#include "tapegrad/engine/context.h"
#include "tapegrad/ops.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad {
using namespace engine;
namespace {

using Slots = std::shared_ptr<AnyScalarAdjoints>;

Slots sum_of(const Slots& a, const Slots& b) {
  if (!a || !b) return a ? a : b;
  if (a->first_birth != b->first_birth || a->type != b->type) {
    throw TapeError("gradients: those of scalars belong to one tape and one type, and these are from two");
  }
  // The later one says which scalars are alive: what was rewound in between is lost.
  const auto time = [](const Slots& slots) { return std::pair(slots->end_birth, slots->size()); };
  return time(a) < time(b) ? b->plus(*a) : a->plus(*b);
}

}  // namespace

const Gradients::Item* Gradients::find(const Node* variable) const {
  std::atomic_ref<std::size_t> hint(next_);  // several threads may read one Gradients
  std::size_t at = hint.load(std::memory_order_relaxed);
  for (std::size_t tried = 0; tried < items_.size(); ++tried) {
    if (++at >= items_.size()) at = 0;
    if (items_[at].variable != variable) continue;
    hint.store(at, std::memory_order_relaxed);
    return &items_[at];
  }
  return nullptr;
}

template <Real T>
Tensor<T> Gradients::operator[](const Tensor<T>& w) const {
  if (!w || !w.is_variable()) {
    throw TapeError("gradients: only variables have a gradient here. Use tape.gradient(y, x) for other tensors");
  }
  Tensor<T> gradient = get(w);
  if (!gradient) {
    throw TapeError("gradients: variable \"" + label(w) + "\" of shape " + text(w.shape()) +
                    " has no gradient: the result does not depend on it, or it was read before the tape began. "
                    "tape.why(x) tells which");
  }
  return gradient;
}

void Gradients::fail_scalar(std::uint32_t slot) {
  if (slot == 0) throw TapeError("gradients: this scalar is a constant, not a variable of the tape");
  throw TapeError("gradients: this scalar belongs to another tape than the gradients, or was made after the sweep");
}

std::vector<std::string> Gradients::labels() const {
  std::vector<std::string> result;
  for (const Item& item : items_) result.push_back(variable_label(item.variable->variable));
  return result;
}

std::vector<std::string> Gradients::unlisted() const {
  std::vector<std::string> result;
  if (!any_unlisted()) return result;
  for (const Item& item : items_) {
    const std::uint32_t variable = item.variable->variable;
    if (!is_listed(variable)) result.push_back(variable_label(variable));
  }
  return result;
}

void Gradients::add(Node* variable, Node* adjoint, bool may_be_present) {
  NodeHandle owned(adjoint);  // given back when there is no memory for its place
  if (items_.capacity() == 0) items_.reserve(16);
  if (auto* present = may_be_present ? const_cast<Item*>(find(variable)) : nullptr) {
    with_type(adjoint->dtype, [&]<Real T>(T) {
      replace(*present, Tensor<T>(owned.release()) + held<T>(present->gradient));
    });
    return;
  }
  items_.emplace_back(variable, adjoint);
  owned.release();
  retain(variable);
}

Gradients& Gradients::operator+=(const Gradients& other) {
  const std::size_t count = other.items_.size();  // `other` may be this one
  for (std::size_t i = 0; i < count; ++i) {
    retain(other.items_[i].gradient);
    add(other.items_[i].variable, other.items_[i].gradient, true);
  }
  for (std::size_t i = 0; i < scalars_.size(); ++i) scalars_[i] = sum_of(scalars_[i], other.scalars_[i]);
  return *this;
}

Gradients& Gradients::operator*=(double factor) {
  for (Item& item : items_) scale(item, factor);
  for (Slots& slots : scalars_) slots = slots ? slots->scaled(factor) : nullptr;
  return *this;
}

template Tensor<float> Gradients::operator[](const Tensor<float>&) const;
template Tensor<double> Gradients::operator[](const Tensor<double>&) const;

}  // namespace tapegrad
