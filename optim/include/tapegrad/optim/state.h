// What an optimizer remembers, as arrays with names: to be looked at, kept in a file, and set.
#pragma once
#include <map>
#include <string>
#include <variant>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad::optim {

/// A tensor of either element type: std::get<Tensor<float>>(x).
using AnyTensor = std::variant<Tensor<float>, Tensor<double>>;
/// Arrays by the parameter's name and their own: "hidden.weight/momentum", of the parameter's type and shape, and
/// "hidden.weight/step", how often it was written, a double of shape ().
using State = std::map<std::string, AnyTensor>;

}  // namespace tapegrad::optim
