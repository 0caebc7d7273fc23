#include "tapegrad/gradients.h"

#include <cmath>

#include "tapegrad/ops.h"
#include "tapegrad/scalar.h"

namespace tapegrad {
namespace {

template <Real T>
double sum_of_squares(const Tensor<T>& x) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += double(x.data()[i]) * double(x.data()[i]);
  return total;
}

}  // namespace

const Gradients::Item* Gradients::find(const Node* variable) const {
  for (std::size_t tried = 0; tried < items_.size(); ++tried) {
    if (++next_ >= items_.size()) next_ = 0;
    if (items_[next_].key() == variable) return &items_[next_];
  }
  return nullptr;
}

template <Real T>
Tensor<T> Gradients::operator[](const Tensor<T>& w) const {
  if (!w || !w.is_variable()) {
    throw TapeError("gradients: only variables have a gradient here. Use tape.gradient(y, x) for other tensors");
  }
  const Item* item = find(w.node());
  if (!item) {
    throw TapeError("gradients: variable \"" + label(w) + "\" of shape " + text(w.shape()) +
                    " has no gradient: the result does not depend on it, or it was read before the tape began");
  }
  if constexpr (std::is_same_v<T, float>) return item->gradient32;
  else return item->gradient64;
}

template <Real T>
T Gradients::operator[](const Scalar<T>& s) const {
  const auto& adjoints = [&]() -> const ScalarAdjoints<T>& {
    if constexpr (std::is_same_v<T, float>) return scalars32_;
    else return scalars64_;
  }();
  if (s.slot() == 0) throw TapeError("gradients: this scalar is a constant, not a variable of the tape");
  if (s.birth() < adjoints.first_birth || s.birth() >= adjoints.end_birth) {
    throw TapeError("gradients: this scalar belongs to another tape than the gradients");
  }
  return s.slot() < adjoints.by_slot.size() ? adjoints.by_slot[s.slot()] : T(0);
}

std::vector<std::string> Gradients::labels() const {
  std::vector<std::string> result;
  for (const Item& item : items_) {
    result.push_back(item.variable32 ? label(item.variable32) : label(item.variable64));
  }
  return result;
}

void Gradients::add(Node* variable, Node* adjoint, bool may_be_present) {
  retain(variable);
  Item item;
  if (variable->dtype == Dtype::float32) {
    item.variable32 = Tensor<float>(variable);
    item.gradient32 = Tensor<float>(adjoint);
  } else {
    item.variable64 = Tensor<double>(variable);
    item.gradient64 = Tensor<double>(adjoint);
  }
  if (auto* present = may_be_present ? const_cast<Item*>(find(variable)) : nullptr) {
    if (item.variable32) present->gradient32 = tapegrad::add(present->gradient32, item.gradient32);
    else present->gradient64 = tapegrad::add(present->gradient64, item.gradient64);
    return;
  }
  items_.push_back(std::move(item));
}

Gradients& Gradients::operator+=(const Gradients& other) {
  for (const Item& item : other.items_) {
    Node* gradient = item.variable32 ? item.gradient32.node() : item.gradient64.node();
    retain(gradient);
    add(item.key(), gradient, true);
  }
  return *this;
}

Gradients& Gradients::operator*=(double factor) {
  for (Item& item : items_) {
    if (item.variable32) item.gradient32 = multiply(item.gradient32, Tensor<float>(static_cast<float>(factor)));
    else item.gradient64 = multiply(item.gradient64, Tensor<double>(factor));
  }
  return *this;
}

double Gradients::global_norm() const {
  double total = 0;
  for (const Item& item : items_) {
    total += item.variable32 ? sum_of_squares(item.gradient32) : sum_of_squares(item.gradient64);
  }
  return std::sqrt(total);
}

double Gradients::clip_by_global_norm(double max_norm) {
  const double norm = global_norm();
  if (norm > max_norm) *this *= max_norm / norm;
  return norm;
}

template Tensor<float> Gradients::operator[](const Tensor<float>&) const;
template Tensor<double> Gradients::operator[](const Tensor<double>&) const;
template float Gradients::operator[](const Scalar<float>&) const;
template double Gradients::operator[](const Scalar<double>&) const;

}  // namespace tapegrad
