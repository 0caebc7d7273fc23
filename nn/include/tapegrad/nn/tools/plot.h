// Training curves as a picture.
#pragma once
#include <string>

#include "tapegrad/inspect/chart.h"
#include "tapegrad/nn/training/training.h"

namespace tapegrad::nn {

using tapegrad::write_file;
/// The curves of a history, one line a series over the epochs, as an SVG picture. Values that are not finite are left
/// out.
std::string svg_curves(const History& history, const std::string& title);

}  // namespace tapegrad::nn
