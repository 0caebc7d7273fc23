#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

void Optimizer::bind(Parameters parameters) {
  for (const NamedParameter& p : parameters) {
    if (!std::visit([](const auto& x) { return x && x.is_variable(); }, p.variable)) {
      throw Error("optimizer: parameter \"" + p.name + "\" is no variable. Make it with variable(x)");
    }
  }
  parameters_ = std::move(parameters);
  states32_.assign(parameters_.size(), {});
  states64_.assign(parameters_.size(), {});
}

void Optimizer::step(const Gradients& gradients) {
  bool any = false;
  for (const NamedParameter& p : parameters_) {
    any |= std::visit([&](const auto& x) { return gradients.contains(x); }, p.variable);
  }
  if (!any) {
    throw Error("optimizer: none of its " + std::to_string(parameters_.size()) +
                " parameters has a gradient. Was the loss computed from this model while the tape recorded?");
  }
  begin_step();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    std::visit(
        [&]<Real T>(Tensor<T>& x) {
          if (!gradients.contains(x)) return;
          const Tensor<T> g = gradients[x];
          if constexpr (std::is_same_v<T, float>) update(x.overwrite(), g.data(), states32_[i], x.size());
          else update(x.overwrite(), g.data(), states64_[i], x.size());
        },
        parameters_[i].variable);
  }
}

}  // namespace tapegrad::optim
