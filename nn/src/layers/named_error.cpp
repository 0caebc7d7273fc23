#include "tapegrad/nn/layers/named_error.h"

namespace tapegrad::nn {

void name_layer(Error& error, std::size_t index, std::string_view name) {
  const std::string message = error.what(), number = std::to_string(index);
  const std::size_t path = message.find_first_of("0123456789");  // where the path of an inner layer begins
  const std::string before = message.substr(0, path);
  const bool from_inside = before == "layer " || before == "layers ";
  static_cast<std::runtime_error&>(error) =
      std::runtime_error(from_inside ? "layers " + number + " > " + message.substr(path)
                                     : "layer " + number + " (" + std::string(name) + "): " + message);
}

}  // namespace tapegrad::nn
