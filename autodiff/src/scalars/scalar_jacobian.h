// Jacobians of what is scalar statements only: several directions in one sweep.
#pragma once
#include <span>

#include "tapegrad/engine/linearization.h"

namespace tapegrad::engine {

/// The whole Jacobian of a part of a tape that is scalar statements of one type and bridges from the inputs and to the
/// results: as many rows as the results have elements, as many columns as the inputs have, by columns in forward mode
/// or by rows. An empty tensor for any other part, and where derivatives are to be recorded.
AnyTensor scalar_jacobian(const Linearization& at, bool forward);

/// How many elements these ports have together.
std::size_t elements_of(std::span<const Linearization::Port> ports);

}  // namespace tapegrad::engine
