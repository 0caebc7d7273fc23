#include "tapegrad/nn/tools/plot.h"

namespace tapegrad::nn {

std::string svg_curves(const History& history, const std::string& title) {
  Chart chart{title, "epoch", {}};
  for (const auto& [name, values] : history) {
    Chart::Series& series = chart.series.emplace_back(Chart::Series{name, {}, values});
    for (std::size_t epoch = 0; epoch < values.size(); ++epoch) series.x.push_back(static_cast<double>(epoch));
  }
  return svg(chart);
}

}  // namespace tapegrad::nn
