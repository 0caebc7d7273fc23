#include "tapegrad/tensor/variables.h"

#include "tapegrad/engine/context.h"

namespace tapegrad {
using namespace engine;
namespace {

template <Real T>
std::uint32_t id_of(std::string_view what, const Tensor<T>& x) {
  if (x && x.is_variable()) return x.node()->variable;
  throw TapeError(std::string(what) + ": the tensor is no variable. Make one with variable(x)");
}

}  // namespace

template <Real T>
void set_label(const Tensor<T>& x, std::string label) {
  set_variable_label(id_of("set_label", x), std::move(label));
}
template <Real T>
void set_listed(const Tensor<T>& x, bool listed) {
  set_listed(id_of("set_listed", x), listed);
}

template void set_label(const Tensor<float>&, std::string);
template void set_label(const Tensor<double>&, std::string);
template void set_listed(const Tensor<float>&, bool);
template void set_listed(const Tensor<double>&, bool);

}  // namespace tapegrad
