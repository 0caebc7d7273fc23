// compile: a model together with how to train it.
#pragma once
#include <functional>
#include <type_traits>

#include "tapegrad/nn/module/module.h"
#include "tapegrad/nn/training/fit.h"

namespace tapegrad::nn {

/// Trains `model`, which must outlive the result. A temporary model is refused. It is called with as many arrays as fit
/// is given, Tensors or Indices, and gives a Tensor, or a tuple or vector of them; in double when that is its
/// ValueTypeOf. Throws Error when there is no loss, for metrics of one name, and for a part of the model that was
/// forgotten (see Parts::list); DomainError for a name that is empty or taken, for a loss weight that is not finite,
/// and for a limit of gradients that is not above 0 or not the only one.
template <class M>
auto compile(M& model, BasicCompileOptions<ValueTypeOf<M>> options, CallSite site = CallSite::current()) {
  using T = ValueTypeOf<M>;
  return BasicTraining<T, call::Result<M, T>>(std::ref(model), parameters(model), std::move(options), site);
}
template <class M>
auto compile(const M&& model, BasicCompileOptions<ValueTypeOf<M>> options) {
  static_assert(std::is_void_v<M>,
                "compile: the model is a temporary, which ends before it is trained: give it a name");
  return compile(model, options);
}

}  // namespace tapegrad::nn
