#pragma once
#include <string>

#include "tapegrad/nn/training.h"

namespace tapegrad::nn {

/// Writes text to a temporary name, then renames it: a file is whole or absent. Throws Error when it cannot.
void write_file(const std::string& path, const std::string& text);
/// The curves of a history, one line a series over the epochs, as an SVG picture.
std::string svg_curves(const History& history, const std::string& title);

}  // namespace tapegrad::nn
