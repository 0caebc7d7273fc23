// Transforms of models: derivatives of a loss with respect to the parameters that a module owns.
// As functions, modules go into every transform of tapegrad/transforms.h: jacobian(model)(x), jvp(model, x, dx).
#pragma once
#include <functional>
#include <type_traits>

#include "tapegrad/nn/module/module.h"
#include "tapegrad/transforms/transforms.h"

namespace tapegrad {

/// A copy of a module has weights of its own, so transforms refer to the module, which must outlive what they return.
template <nn::HasParts M>
struct Held<M> {
  using type = std::reference_wrapper<const M>;
};

namespace transform {

template <class M, class F>
auto loss_of(M& model, const F& loss) {
  constexpr bool takes_model = std::is_invocable_v<const F&, M&>;
  static_assert(takes_model || std::is_invocable_v<const F&>,
                "transforms: the loss of a model must be a function of the model, or of nothing");
  if constexpr (takes_model) return loss(model);
  else return loss();
}

template <class M>
void watch_parameters(engine::Linearization& at, M& model) {
  for (const auto& parameter : nn::parameters(model)) {
    std::visit([&](const auto& variable) { at.watch(variable); }, parameter.variable);
  }
}

}  // namespace transform

/// auto [y, gradients] = value_and_grad(model, loss): the loss, of one element, and its gradients with respect to the
/// model's parameters. `loss` is a function of the model, or of nothing. Within a recording tape both are recorded.
/// Throws as value_and_grad(f) does, and Error where parts() forgets a parameter.
template <nn::HasParts M, class F>
auto value_and_grad(M& model, const F& loss, CallSite site = CallSite::current()) {
  engine::Linearization at("value_and_grad", site);
  transform::watch_parameters(at, model);
  const auto y = transform::loss_of(model, loss);
  at.add_result(y);
  at.end_or_throw();
  engine::Linearization::Nodes found = at.pull(at.one(), true);
  return std::pair(transform::outside(at, y), at.gradients(found));
}

/// hvp(model, loss, v): the Hessian of the loss with respect to the parameters, times v: Gradients as value_and_grad
/// gives them; a parameter that v does not contain does not move. Forward over reverse mode.
template <nn::HasParts M, class F>
Gradients hvp(M& model, const F& loss, const Gradients& v, CallSite site = CallSite::current()) {
  engine::Linearization at("hvp", site);
  transform::watch_parameters(at, model);
  const Gradients slope = value_and_grad(model, loss, site).second;
  engine::Linearization::Nodes tangents;
  for (const auto& parameter : nn::parameters(model)) {
    std::visit(
        [&](const auto& variable) {
          tangents.emplace_back(v.get(variable).take_node());
          if (const auto g = slope.get(variable)) at.add_result(g);
          else at.add_result(constant(variable) * 0);  // the loss does not read it
        },
        parameter.variable);
  }
  if (!at.end()) return {};  // a loss that is linear in every parameter
  engine::Linearization::Nodes found = at.push(tangents);
  return at.gradients(found);
}

}  // namespace tapegrad
