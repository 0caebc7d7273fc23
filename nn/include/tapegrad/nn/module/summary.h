// What a model consists of, as a table.
#pragma once
#include <string>

#include "tapegrad/nn/layers/sequential.h"

namespace tapegrad::nn {

/// A table of layers, their output shapes and numbers of parameters, for an input of that shape. Runs the model once on
/// zeros, without recording. Throws ShapeError where the input does not fit.
std::string summary(Sequential& model, const Shape& input);

/// A table of parameters, one a row: name, shape, number of elements; and their total.
std::string summary(const optim::Parameters& parameters);

/// The same for any model, a custom struct or a Sequential. Throws Error for a part that was forgotten.
template <class M>
  requires(!std::same_as<M, optim::Parameters>)
std::string summary(M& model) {
  return summary(parameters(model));
}

}  // namespace tapegrad::nn
