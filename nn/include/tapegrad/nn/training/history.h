// What fit and evaluate return.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace tapegrad::nn {

/// One number an epoch for "loss", each metric, and "val_" of each where there are validation data. A model with
/// several outputs also has a loss for each, and names before the metrics: "output_1_loss", "output_1_accuracy".
using History = std::map<std::string, std::vector<double>>;
/// "loss", each metric, and what a history names for several outputs.
using Scores = std::map<std::string, double>;

}  // namespace tapegrad::nn
