// gradcheck of a model: whether the gradient of a loss with respect to its parameters is right.
#pragma once
#include <functional>

#include "tapegrad/gradcheck/gradcheck.h"
#include "tapegrad/nn/module/module.h"

namespace tapegrad::nn {

/// gradcheck(model, [&] { return binary_cross_entropy(model(x), y); }): checks the gradients of a loss with respect to
/// all parameters of the model, by their full names. A float model is checked in double, by replaying its tape. The
/// model keeps its values, whatever is thrown. The loss must be the same in every call: one with dropout fails, and the
/// report says why.
/// Throws Error when the parameters are not all of the loss's element type, and what gradcheck throws.
template <class M, class Loss>
GradcheckReport gradcheck(M& model, Loss loss, const GradcheckOptions& options = {}) {
  using T = typename std::remove_cvref_t<std::invoke_result_t<Loss&>>::value_type;
  std::vector<Tensor<T>> variables;
  std::vector<std::string> names;
  for (const auto& parameter : parameters(model)) {
    const auto* variable = std::get_if<Tensor<T>>(&parameter.variable);
    if (!variable) {
      throw Error("gradcheck: parameter \"" + parameter.name +
                  "\" is not of the element type of the loss. Cast the loss");
    }
    variables.push_back(*variable);
    names.push_back(parameter.name);
  }
  return gradcheck_variables(gradcheck_closure<T>(std::move(loss)), GradcheckInputs<T>(variables, names), options);
}

}  // namespace tapegrad::nn
