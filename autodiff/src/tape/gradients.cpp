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

// The gradient as an array of the variable's shape, where an item has some of its rows.
template <Real T>
Tensor<T> Gradients::all_rows(const Item& item) {
  Tensor<T> all = Tensor<T>::full(item.variable->shape, 0, "gradient");
  const std::size_t width = item.gradient->shape[1];
  const T* const values = static_cast<const T*>(item.gradient->data);
  for (std::size_t i = 0; i < item.rows->size(); ++i) {
    std::copy_n(values + i * width, width, all.mutable_data() + std::size_t(item.rows->data()[i]) * width);
  }
  return all;
}

namespace {

// The rows of both, in order.
Indices merged(const Indices& a, const Indices& b) {
  std::vector<std::int32_t, PoolAllocator<std::int32_t>> rows(a.size() + b.size());
  rows.erase(std::set_union(a.data(), a.data() + a.size(), b.data(), b.data() + b.size(), rows.begin()), rows.end());
  return Indices(rows);
}

// Adds some rows to rows among which they are.
template <Real T>
void add_rows(Tensor<T>& sum, const Indices& rows, const Indices& part_rows, const T* part) {
  const std::size_t width = sum.shape()[1];
  for (std::size_t i = 0, at = 0; i < part_rows.size(); ++i) {
    while (rows.data()[at] != part_rows.data()[i]) ++at;
    T* const to = sum.mutable_data() + at * width;
    for (std::size_t k = 0; k < width; ++k) to[k] += part[i * width + k];
  }
}

}  // namespace

template <Real T>
void Gradients::add_to(Item& item, const Item& part) {
  if (item.rows && part.rows) {
    const Indices rows = merged(*item.rows, *part.rows);
    Tensor<T> sum = Tensor<T>::full({rows.size(), item.gradient->shape[1]}, 0, "gradient");
    add_rows(sum, rows, *item.rows, static_cast<const T*>(item.gradient->data));
    add_rows(sum, rows, *part.rows, static_cast<const T*>(part.gradient->data));
    replace(item, std::move(sum));
    item.rows = rows;
    return;
  }
  const auto whole = [](const Item& of) { return of.rows ? all_rows<T>(of) : held<T>(of.gradient); };
  replace(item, whole(part) + whole(item));
  item.rows.reset();
}

void Gradients::add(Node* variable, Node* adjoint, std::optional<Indices> rows, bool may_be_present) {
  NodeHandle owned(adjoint);  // given back when there is no memory for its place
  if (items_.capacity() == 0) items_.reserve(16);
  if (auto* present = may_be_present ? const_cast<Item*>(find(variable)) : nullptr) {
    retain(variable);
    Item part(variable, owned.release());
    part.rows = std::move(rows);
    with_type(adjoint->dtype, [&]<Real T>(T) { add_to<T>(*present, part); });
    return;
  }
  items_.emplace_back(variable, adjoint);
  owned.release();
  retain(variable);
  items_.back().rows = std::move(rows);
}

Gradients& Gradients::operator+=(const Gradients& other) {
  const std::size_t count = other.items_.size();  // `other` may be this one
  for (std::size_t i = 0; i < count; ++i) {
    retain(other.items_[i].gradient);
    add(other.items_[i].variable, other.items_[i].gradient, other.items_[i].rows, true);
  }
  for (std::size_t i = 0; i < scalars_.size(); ++i) scalars_[i] = sum_of(scalars_[i], other.scalars_[i]);
  return *this;
}

Gradients& Gradients::operator*=(double factor) {
  for (Item& item : items_) scale(item, factor);
  for (Slots& slots : scalars_) slots = slots ? slots->scaled(factor) : nullptr;
  return *this;
}

template Tensor<float> Gradients::all_rows(const Item&);
template Tensor<double> Gradients::all_rows(const Item&);
template Tensor<float> Gradients::operator[](const Tensor<float>&) const;
template Tensor<double> Gradients::operator[](const Tensor<double>&) const;

}  // namespace tapegrad
