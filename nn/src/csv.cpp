#include "tapegrad/nn/csv.h"

#include <charconv>
#include <fstream>

namespace tapegrad::nn {
namespace {

std::vector<std::string> cells_of(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> cells;
  std::size_t begin = 0;
  for (std::size_t comma; (comma = line.find(',', begin)) != std::string::npos; begin = comma + 1) {
    cells.push_back(line.substr(begin, comma - begin));
  }
  cells.push_back(line.substr(begin));
  return cells;
}

float number(std::string cell, const std::string& place) {
  const std::string shown = cell;
  cell.erase(0, cell.find_first_not_of(" \t"));
  cell.erase(cell.find_last_not_of(" \t") + 1);
  float value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) {
    throw FormatError("csv: " + place + ": \"" + shown + "\" is not a number");
  }
  return value;
}

}  // namespace

Table read_csv(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw FormatError("csv: cannot open " + path);
  Table table;
  std::string line;
  if (!std::getline(in, line)) throw FormatError("csv: " + path + " is empty; its first line should name the columns");
  table.columns = cells_of(line);
  std::vector<float> values;
  std::size_t rows = 0;
  for (std::size_t line_number = 2; std::getline(in, line); ++line_number) {
    if (line.empty() || line == "\r") continue;
    const std::vector<std::string> cells = cells_of(line);
    const std::string place = path + ", line " + std::to_string(line_number);
    if (cells.size() != table.columns.size()) {
      throw FormatError("csv: " + place + ": " + std::to_string(cells.size()) + " cells, but the first line names " +
                        std::to_string(table.columns.size()) + " columns");
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      values.push_back(number(cells[i], place + ", column " + std::to_string(i + 1) + " (" + table.columns[i] + ")"));
    }
    ++rows;
  }
  table.values = Tensor<float>::empty({rows, table.columns.size()});
  std::copy(values.begin(), values.end(), table.values.mutable_data());
  return table;
}

}  // namespace tapegrad::nn
