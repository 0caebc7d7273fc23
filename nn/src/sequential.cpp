#include "tapegrad/nn/sequential.h"

#include <iomanip>
#include <sstream>

#include "tapegrad/tape.h"

namespace tapegrad::nn {

std::string summary(Sequential& model, const Shape& input) {
  std::ostringstream out;
  out << std::left << std::setw(20) << "layer" << std::setw(20) << "output shape" << "parameters\n";
  Tape::Pause pause;
  Tensor<float> x = Tensor<float>::full(input, 0);
  std::size_t index = 0;
  for (auto& layer : model.layers()) {
    x = layer(x);
    out << std::setw(20) << (std::to_string(index++) + " " + layer.name()) << std::setw(20) << text(x.shape())
        << parameter_count(layer) << '\n';
  }
  out << "total: " << parameter_count(model) << " parameters\n";
  return out.str();
}

}  // namespace tapegrad::nn
