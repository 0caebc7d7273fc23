// Nodes of either element type as handles.
#pragma once
#include "tapegrad/tape/options.h"

namespace tapegrad::engine {

/// A handle without a place on the tape, since what is shown must not look recorded; empty for null.
AnyTensor without_place(Node* node);
/// An array of one number.
NodeHandle filled(const Shape& shape, Dtype dtype, double number);

}  // namespace tapegrad::engine
