// Arrays as short texts, and arrays of either type as handles.
#pragma once
#include <string>

#include "tapegrad/tape/tape.h"

namespace tapegrad {
using namespace engine;

/// "0.5", "[1 2 3 4 ...]", and nothing for an empty tensor.
std::string elements(const AnyTensor& x, int precision = 4, std::size_t shown = 4);
/// The same numbers in LaTeX: "0.5", "(1,\ 2,\ \dots)".
std::string latex_elements(const AnyTensor& x, int precision = 4, std::size_t shown = 4);
/// A handle without a place on the tape, since what is shown must not look recorded; empty for null.
AnyTensor without_place(Node* node);
/// An array of ones.
NodeHandle ones(const Shape& shape, Dtype dtype);
/// a - b, or a where b is empty. Not to be called while a tape records.
AnyTensor difference(const AnyTensor& a, const AnyTensor& b);

}  // namespace tapegrad
