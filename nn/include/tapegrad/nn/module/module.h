// Modules are plain structs that list their parts once, by name. A module is any callable: of one tensor or of several,
// and what it returns is its own affair.
#pragma once
#include "tapegrad/nn/module/mode.h"
#include "tapegrad/nn/module/parts.h"

namespace tapegrad::nn {

/// The parameters of a model, each once, with names like "hidden.weight". Throws Error for a part that was forgotten
/// (see Parts::list).
template <class M>
optim::Parameters parameters(M& model) {
  Parts parts;
  parts.list(model);
  return parts.parameters();
}
/// The buffers of a model, each once, with names like "norm.running_mean". Throws as parameters does.
template <class M>
std::vector<NamedBuffer> buffers(M& model) {
  Parts parts;
  parts.list(model);
  return parts.buffers();
}
/// How many numbers a model learns.
template <class M>
std::size_t parameter_count(M& model) {
  std::size_t count = 0;
  for (const auto& p : parameters(model)) count += std::visit([](const auto& x) { return x.size(); }, p.variable);
  return count;
}

}  // namespace tapegrad::nn
