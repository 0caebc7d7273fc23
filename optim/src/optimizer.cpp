#include "tapegrad/optim/optimizer.h"

#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/ops.h"

namespace tapegrad::optim {

void Optimizer::bind(Parameters parameters) {
  for (const NamedParameter& p : parameters) {
    if (!std::visit([](const auto& x) { return x && x.is_variable(); }, p.variable)) {
      throw Error("optimizer: parameter \"" + p.name + "\" is no variable. Make it with variable(x)");
    }
  }
  parameters_ = std::move(parameters);
  of_float_ = {};
  of_double_ = {};
  arrays_ = state_arrays();
  reset();
  has_double_ = false;
  for (const NamedParameter& p : parameters_) has_double_ |= std::holds_alternative<Tensor<double>>(p.variable);
  of_float_.states.resize(parameters_.size());
  if (has_double_) of_double_.states.resize(parameters_.size());
}

// Cuts the parameters of type T that have a gradient into pieces. The vector is kept from step to step.
template <Real T>
bool Optimizer::collect(const Gradients& gradients) {
  OfType<T>& all = of_type<T>();
  all.pieces.clear();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    auto* parameter = std::get_if<Tensor<T>>(&parameters_[i].variable);
    if (!parameter) continue;
    const Tensor<T> gradient = gradients.get(*parameter);
    if (!gradient) continue;
    T* to = parameter->overwrite();
    std::array<T*, 2> state{};
    for (std::size_t k = 0; k < arrays_; ++k) {
      Tensor<T>& array = all.states[i][k];
      if (!array) array = Tensor<T>::full(parameter->shape(), 0);
      else if (!unique(array.node())) array = array * 1;  // a copy of this optimizer has it too
      state[k] = array.mutable_data();
    }
    const std::size_t size = gradient.size();
    for (std::size_t at = 0; at < size; at += kernels::chunk_length) {
      auto from = [at](T* array) { return array ? array + at : nullptr; };
      all.pieces.push_back({to + at, gradient.data() + at, {from(state[0]), from(state[1])},
                            std::min(kernels::chunk_length, size - at)});
    }
  }
  return !all.pieces.empty();
}

template <Real T>
void Optimizer::update_all() {
  const std::vector<Piece<T>>& pieces = of_type<T>().pieces;
  std::size_t elements = 0;
  for (const Piece<T>& piece : pieces) elements += piece.count;
  const std::size_t at_once = elements <= kernels::chunk_length ? std::max<std::size_t>(1, pieces.size()) : 1;
  kernels::parallel(pieces.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) update(pieces[i]);
  }, at_once);
}

void Optimizer::step(const Gradients& gradients) {
  const bool any_float = collect<float>(gradients), any_double = has_double_ && collect<double>(gradients);
  if (!any_float && !any_double) {
    throw Error("optimizer: none of its " + std::to_string(parameters_.size()) +
                " parameters has a gradient. Was the loss computed from this model while the tape recorded?");
  }
  begin_step();
  if (any_float) update_all<float>();
  if (any_double) update_all<double>();
}

}  // namespace tapegrad::optim
