// The life of a tensor: variables, their values, and values that leave the tape.
#include "tapegrad/tensor/tensor.h"

#include <cstring>

#include "engine/trace.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/arithmetic.h"

namespace tapegrad {
using namespace engine;
namespace {

struct Item {
  static constexpr OpTraits traits{
      .name = "item", .leaves_tape = true, .no_derivative = "a gradient does not follow values that leave the tape"};
};
struct Value {
  static constexpr OpTraits traits{
      .name = "value", .leaves_tape = true, .no_derivative = "a gradient does not follow values that leave the tape"};
};
// A read; while vmap follows a function an entry without a derivative, which is called again.
struct Constant {
  static constexpr OpTraits traits{.name = "constant", .depends = Depends::by_element};
  auto operator()(const auto& x) const { return constant(x[0]); }
};

}  // namespace

template <Real T>
T Tensor<T>::item(CallSite site) const {
  if (!node_) throw ShapeError("item: the tensor is empty, it has no array" + text(site));
  if (size() != 1) {
    throw ShapeError("item: needs one element, but the shape is " + text(shape()) + text(site) +
                     ". Use value() for all of them");
  }
  record_read<Item>({}, site, node_);
  return *data();
}

template <Real T>
void Tensor<T>::note_value(const CallSite& site) const {
  record_read<Value>(shape(), site, node_);
}

template <Real T>
T* Tensor<T>::overwrite(CallSite site) {
  if (!node_ || !node_->variable) {
    throw TapeError("set_value: only a variable can be given new values" + text(site) +
                    ". Make one with variable(x)");
  }
  if (!unique(node_->base)) {  // a tape or an adaptor still reads the old values
    Node* fresh = allocate(node_->shape, node_->dtype, "set_value", &site);
    fresh->variable = node_->variable;
    std::memcpy(fresh->data, node_->data, size() * sizeof(T));
    release(node_->base);
    node_->base = fresh;
    node_->data = fresh->data;
  }
  return static_cast<T*>(node_->data);
}

namespace {
template <Real T>
void require_array(std::string_view what, const Tensor<T>& x, const CallSite& site) {
  if (!x) throw ShapeError(std::string(what) + ": the tensor is empty, it has no array" + text(site));
}
}  // namespace

template <Real T>
void Tensor<T>::set_value(const Tensor& value, CallSite site) {
  require_array("set_value", value, site);
  if (node_ && node_->variable && !(value.shape() == shape())) {
    throw ShapeError("set_value: variable \"" + label(*this) + "\" has shape " + text(shape()) +
                     ", but the new value has " + text(value.shape()) + text(site));
  }
  const Tensor kept = value;  // may be this variable's own buffer
  T* target = overwrite(site);
  std::memmove(target, kept.data(), size() * sizeof(T));
}

template <Real T>
Tensor<T> variable(const Tensor<T>& value, std::string label, CallSite site) {
  require_array("variable", value, site);
  Tensor<T> buffer = Tensor<T>::empty(value.shape(), "variable", site);
  std::memcpy(buffer.mutable_data(), value.data(), value.size() * sizeof(T));
  Tensor<T> result(allocate_view(buffer.node(), value.shape(), 0));
  make_variable(result.node(), std::move(label));
  buffer.node()->variable = result.node()->variable;
  return result;
}

template <Real T>
Tensor<T> constant(const Tensor<T>& x, CallSite site) {
  require_array(Constant::traits.name, x, site);
  if (context().trace && follows(x.node())) return followed_constant<Constant>(x, site);
  record_read<Constant>(x.shape(), site, x.node());
  return Tensor<T>(allocate_view(x.node(), x.shape(), 0));
}

template <Real T>
std::string label(const Tensor<T>& x) {
  return x.node() && x.node()->variable ? variable_label(x.node()->variable) : "";
}

template class Tensor<float>;
template class Tensor<double>;
template Tensor<float> variable(const Tensor<float>&, std::string, CallSite);
template Tensor<double> variable(const Tensor<double>&, std::string, CallSite);
template Tensor<float> constant(const Tensor<float>&, CallSite);
template Tensor<double> constant(const Tensor<double>&, CallSite);
template std::string label(const Tensor<float>&);
template std::string label(const Tensor<double>&);

}  // namespace tapegrad
