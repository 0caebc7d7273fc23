// Training curves as a picture, and files that are whole or absent.
#pragma once
#include <string>

#include "tapegrad/nn/training.h"

namespace tapegrad::nn {

/// Writes text to path + ".part", then renames it: a file is whole or absent, and an older one stays until the new one
/// is complete. Throws Error when it cannot.
void write_file(const std::string& path, const std::string& text);
/// The curves of a history, one line a series over the epochs, as an SVG picture. Values that are not finite are left
/// out.
std::string svg_curves(const History& history, const std::string& title);

}  // namespace tapegrad::nn
