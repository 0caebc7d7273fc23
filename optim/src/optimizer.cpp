#include "tapegrad/optim/optimizer.h"

#include <algorithm>

#include "tapegrad/engine/memory.h"
#include "tapegrad/tensor/in_place.h"
#include "tapegrad/tensor/variables.h"

namespace tapegrad::optim {

Optimizer::Optimizer() = default;
Optimizer::Optimizer(const Optimizer&) = default;
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(const Optimizer&) = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;
Optimizer::~Optimizer() = default;

Optimizer::AnyMemory Optimizer::memory_for(const AnyTensor& variable, std::size_t states) {
  return std::visit(
      [&]<Real T>(const Tensor<T>&) -> AnyMemory {
        Memory<T> memory;
        memory.states.resize(states);
        memory.arrays.states.resize(states);
        return memory;
      },
      variable);
}

void Optimizer::bind(Parameters parameters, CallSite site) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].name.empty()) continue;
    fail_option("optimizer", "the name of parameter " + std::to_string(i), "must not be empty", "\"\"",
                "Its state would be called \"/step\". Give it the name that it has in its model", site);
  }
  for (const NamedParameter& p : parameters) {
    if (!std::visit([](const auto& x) { return x && x.is_variable(); }, p.variable)) {
      throw Error("optimizer: parameter \"" + p.name + "\" is no variable" + text(site) + ". Make it with variable(x)");
    }
  }
  for (const NamedParameter& p : parameters) std::visit([](const auto& x) { set_listed(x, true); }, p.variable);
  parameters_ = std::move(parameters);
  memory_.clear();
  has_float_ = has_double_ = false;
  for (const NamedParameter& p : parameters_) {
    memory_.push_back(memory_for(p.variable, state_names().size()));
    (std::holds_alternative<Tensor<float>>(p.variable) ? has_float_ : has_double_) = true;
  }
  kept_.resize(state_names().size());
}

// The place of a step's number among those of this step: mostly there is one.
std::size_t Optimizer::group_of(std::uint64_t count) {
  std::size_t group = 0;
  while (group < counts_.size() && counts_[group] != count) ++group;
  if (group == counts_.size()) counts_.push_back(count);
  return group;
}

// Calls f(variable, memory) for parameter i, as what they are.
template <class F>
void Optimizer::with_memory(std::size_t i, const F& f) {
  AnyTensor& variable = parameters_[i].variable;
  if (auto* memory = std::get_if<Memory<float>>(&memory_[i])) f(std::get<Tensor<float>>(variable), *memory);
  else f(std::get<Tensor<double>>(variable), std::get<Memory<double>>(memory_[i]));
}

// Makes the arrays of a parameter that has a gradient ready to be written, and cuts them into pieces.
template <Real T>
std::size_t Optimizer::collect(Tensor<T>& variable, Memory<T>& memory, const Gradients& gradients) {
  StepArrays<T>& arrays = memory.arrays;
  const auto by_rows = gradients.rows(variable);
  const Tensor<T> gradient = by_rows ? by_rows->values : gradients.get(variable);
  arrays.gradient = gradient ? gradient.data() : nullptr;
  if (!gradient) return 0;
  arrays.rows = by_rows ? by_rows->rows.data() : nullptr;
  arrays.width = by_rows ? variable.shape()[1] : 0;
  arrays.parameter = variable.overwrite();
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    Tensor<T>& state = memory.states[k];
    if (!kept_[k]) state = {};
    else if (!state) state = first_array<T>(k, variable.shape());
    arrays.states[k] = state ? in_place::exclusive(state) : nullptr;
  }
  arrays.group = group_of(memory.steps + 1);
  const std::size_t count = by_rows ? by_rows->rows.size() : gradient.size();
  const std::size_t length = by_rows ? std::max<std::size_t>(1, in_place::piece_length / std::max<std::size_t>(1, arrays.width))
                                     : in_place::piece_length;
  for (std::size_t begin = 0; begin < count; begin += length) {
    pieces_.push_back({&arrays, begin, std::min(begin + length, count)});
  }
  return gradient.size();
}

// A parameter of a module that no list names would stay as it is without a word.
void Optimizer::require_listed(const Gradients& gradients, const CallSite& site) const {
  std::string names;
  for (const std::string& name : gradients.unlisted()) {
    names += (names.empty() ? "" : ", ") + (name.empty() ? "one without a label" : '"' + name + '"');
  }
  if (names.empty()) return;
  throw Error("optimizer: parameters that are in no list receive gradients, which nobody would use: " + names +
              text(site) + ". List the part that holds them in its model's parts(), or cut them off with constant(x)");
}

void Optimizer::step(const Gradients& gradients, CallSite site) {
  require_options(site);
  pieces_.clear();
  counts_.clear();
  for (std::size_t k = 0; k < kept_.size(); ++k) kept_[k] = keeps(k);
  std::size_t elements = 0, reached = 0;
  // All that a step allocates, before anything is written.
  engine::named_memory_error("optimizer", "a step", site, [&] {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      with_memory(i, [&](auto& variable, auto& memory) {
        elements += collect(variable, memory, gradients);
        reached += memory.arrays.gradient != nullptr;
      });
    }
  });
  if (reached == 0) {
    throw Error("optimizer: none of its " + std::to_string(parameters_.size()) + " parameters has a gradient" +
                text(site) + ". Was the loss computed from this model while the tape recorded?");
  }
  if (reached != gradients.size()) require_listed(gradients, site);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    with_memory(i, [](auto&, auto& memory) { memory.steps += memory.arrays.gradient != nullptr; });
  }
  begin_step(counts_, has_float_, has_double_);
  in_place::for_each_piece(pieces_.size(), elements, [&](std::size_t i) {
    const Piece& piece = pieces_[i];
    if (auto* arrays = std::get_if<const StepArrays<float>*>(&piece.arrays)) update(**arrays, piece.begin, piece.end);
    else update(*std::get<const StepArrays<double>*>(piece.arrays), piece.begin, piece.end);
  });
}

}  // namespace tapegrad::optim
