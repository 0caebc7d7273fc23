// What a model consists of, as a table.
#pragma once
#include <string>

#include "tapegrad/nn/layers/sequential.h"

namespace tapegrad::nn {

/// A table of layers, their output shapes and numbers of parameters, and of the numbers in their buffers where there
/// are any, for an input of that shape. Runs the model once on zeros in inference, without recording. Throws ShapeError
/// where the input does not fit.
template <Real T>
std::string summary(BasicSequential<T>& model, const Shape& input);

/// A table of what was listed, one parameter or buffer a row: name, shape, number of elements; and their totals.
std::string summary(const Parts& parts);
/// The same of parameters alone.
std::string summary(const optim::Parameters& parameters);

/// The same for any model, a custom struct or a Sequential. Throws Error for a part that was forgotten.
template <class M>
  requires(!std::same_as<M, optim::Parameters> && !std::same_as<M, Parts>)
std::string summary(M& model) {
  Parts parts;
  parts.list(model);
  return summary(parts);
}

}  // namespace tapegrad::nn
