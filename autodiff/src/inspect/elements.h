// Arrays as short texts.
#pragma once
#include <string>

#include "engine/nodes.h"

namespace tapegrad {
using namespace engine;

/// "0.5", "[1 2 3 4 ...]", and nothing for an empty tensor.
std::string elements(const AnyTensor& x, int precision = 4, std::size_t shown = 4);
/// The same numbers in LaTeX: "0.5", "(1,\ 2,\ \dots)".
std::string latex_elements(const AnyTensor& x, int precision = 4, std::size_t shown = 4);
/// a - b, or a where b is empty. Not to be called while a tape records.
AnyTensor difference(const AnyTensor& a, const AnyTensor& b);

}  // namespace tapegrad
