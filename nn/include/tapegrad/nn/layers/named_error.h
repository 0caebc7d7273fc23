// Errors that name the layer they came from.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "tapegrad/error.h"
#include "tapegrad/nn/module/fields.h"

namespace tapegrad::nn {

/// Puts the layer before the message of an error that passes through: "layer 2 (Dense): ", and of one that names a
/// layer inside of it already, "layers 2 > 0 (Dense): ". The error stays the object, and so of the type, that it was.
void name_layer(Error& error, std::size_t index, std::string_view name);

/// A module's own name(), or that of its type; "function" for a lambda.
template <class M>
std::string name_of(const M& module) {
  if constexpr (requires { std::string(module.name()); }) return std::string(module.name());
  else if constexpr (requires { std::string(module.name); }) return std::string(module.name);
  else {
    const std::string type = type_name<M>();
    return type.find("lambda") == std::string::npos ? type : "function";
  }
}

}  // namespace tapegrad::nn
