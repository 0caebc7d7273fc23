#include "tapegrad/nn/module/summary.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tapegrad/tape/tape.h"

namespace tapegrad::nn {
namespace {

using Row = std::array<std::string, 3>;

std::string table(const std::vector<Row>& rows, std::size_t total) {
  std::array<std::size_t, 3> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out += std::string(widths[i] + 3 - row[i].size(), ' ');
    }
    out += '\n';
  }
  return out + "total: " + std::to_string(total) + " parameters\n";
}

}  // namespace

std::string summary(Sequential& model, const Shape& input) {
  std::vector<Row> rows{{"layer", "output shape", "parameters"}};
  const Tape::Pause pause;
  Tensor<float> x = Tensor<float>::full(input, 0);
  for (auto& layer : model.layers()) {
    x = layer(x);
    rows.push_back({std::to_string(rows.size() - 1) + " " + layer.name(), text(x.shape()),
                    std::to_string(parameter_count(layer))});
  }
  return table(rows, parameter_count(model));
}

std::string summary(const optim::Parameters& parameters) {
  std::vector<Row> rows{{"parameter", "shape", "elements"}};
  std::size_t total = 0;
  for (const auto& [name, variable] : parameters) {
    const Shape shape = std::visit([](const auto& x) { return x.shape(); }, variable);
    rows.push_back({name, text(shape), std::to_string(shape.size())});
    total += shape.size();
  }
  return table(rows, total);
}

}  // namespace tapegrad::nn
