#include "tapegrad/nn/module/summary.h"

#include <algorithm>
#include <vector>

#include "tapegrad/tape/tape.h"

namespace tapegrad::nn {
namespace {

using Row = std::vector<std::string>;

// How many numbers a model has, by what becomes of them.
struct Counts {
  std::size_t parameters = 0, buffers = 0;
};

Shape shape_of(const optim::NamedParameter& p) {
  return std::visit([](const auto& x) { return x.shape(); }, p.variable);
}
Shape shape_of(const NamedBuffer& b) {
  return std::visit([](const auto* x) { return x->shape(); }, b.buffer);
}

Counts count(const optim::Parameters& parameters, const std::vector<NamedBuffer>& buffers) {
  Counts counts;
  for (const auto& p : parameters) counts.parameters += shape_of(p).size();
  for (const auto& b : buffers) counts.buffers += shape_of(b).size();
  return counts;
}

template <class M>
Counts count(M& model) {
  Parts parts(Parts::Purpose::look);
  parts.list(model);
  return count(parts.parameters(), parts.buffers());
}

std::string table(const std::vector<Row>& rows, const Counts& total) {
  std::vector<std::size_t> widths(rows[0].size());
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
  out += "total: " + std::to_string(total.parameters) + " parameters";
  if (total.buffers != 0)
    out += ", and " + std::to_string(total.buffers) + " numbers in buffers, which are not trained";
  return out + "\n";
}

template <class Named>
void add_rows(std::vector<Row>& rows, const std::vector<Named>& all, const std::string& kind) {
  for (const auto& each : all) {
    rows.push_back({each.name + kind, text(shape_of(each)), std::to_string(shape_of(each).size())});
  }
}

std::string listing(const optim::Parameters& parameters, const std::vector<NamedBuffer>& buffers) {
  std::vector<Row> rows{{"parameter", "shape", "elements"}};
  add_rows(rows, parameters, "");
  add_rows(rows, buffers, " (buffer)");
  return table(rows, count(parameters, buffers));
}

}  // namespace

template <Real T>
std::string summary(BasicSequential<T>& model, const Shape& input) {
  const ModeScope inference(model, Mode::inference);
  const Tape::Pause pause;
  const Counts total = count(model);
  std::vector<Row> rows{{"layer", "output shape", "parameters"}};
  if (total.buffers != 0) rows[0].push_back("in buffers");
  Tensor<T> x = Tensor<T>::full(input, 0);
  for (auto& layer : model.layers()) {
    const std::size_t number = rows.size() - 1;
    try {
      x = layer(x);
    } catch (Error& error) {
      name_layer(error, number, layer.name());
      throw;
    }
    const Counts counts = count(layer);
    rows.push_back({std::to_string(number) + " " + layer.name(), text(x.shape()), std::to_string(counts.parameters)});
    if (total.buffers != 0) rows.back().push_back(std::to_string(counts.buffers));
  }
  return table(rows, total);
}

std::string summary(const Parts& parts) { return listing(parts.parameters(), parts.buffers()); }
std::string summary(const optim::Parameters& parameters) { return listing(parameters, {}); }

template std::string summary(BasicSequential<float>&, const Shape&);
template std::string summary(BasicSequential<double>&, const Shape&);

}  // namespace tapegrad::nn
