#include "tapegrad/nn/data/readers/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

namespace tapegrad::nn {
namespace {

// One line of the file, without its end. False at the end of the file.
bool next_line(std::istream& in, std::string& line, const std::string& path) {
  const bool found = static_cast<bool>(std::getline(in, line));
  if (in.bad()) throw FormatError("csv: cannot read " + path);
  if (found && !line.empty() && line.back() == '\r') line.pop_back();
  return found;
}

// The text of a quoted cell from its first quote on; leaves `at` behind the last one.
std::string quoted_cell(const std::string& line, std::size_t& at, const std::string& place) {
  std::string cell;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] != '"') {
      cell += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      cell += line[i++];
    } else {
      at = i + 1;
      return cell;
    }
  }
  throw FormatError("csv: " + place + ": the quote in " + line.substr(at) + " has no partner on this line");
}

std::vector<std::string> cells_of(const std::string& line, const std::string& place) {
  std::vector<std::string> cells;
  for (std::size_t at = 0;; ++at) {
    std::string cell;
    if (at < line.size() && line[at] == '"') cell = quoted_cell(line, at, place);
    const std::size_t end = std::min(line.find(',', at), line.size());
    cell += line.substr(at, end - at);
    cells.push_back(std::move(cell));
    at = end;
    if (end == line.size()) return cells;
  }
}

// place() is the words for where the cell stands, made for errors only.
template <class Place>
float number(const std::string& shown, const Place& place) {
  const std::size_t begin = shown.find_first_not_of(" \t");
  if (begin == std::string::npos) throw FormatError("csv: " + place() + ": \"" + shown + "\" is not a number");
  const char *first = shown.data() + begin, *last = shown.data() + shown.find_last_not_of(" \t") + 1;
  if (last - first > 1 && *first == '+' && first[1] != '-') ++first;
  float value = 0;
  auto [end, error] = std::from_chars(first, last, value);
  if (error == std::errc::result_out_of_range) {  // too small for a float is 0, as far as it can tell
    double exact = 1;
    std::from_chars(first, last, exact);
    if (std::abs(exact) < 1) value = static_cast<float>(exact);
    else throw FormatError("csv: " + place() + ": \"" + shown + "\" is outside the range of float");
  } else if (error != std::errc() || end != last) {
    throw FormatError("csv: " + place() + ": \"" + shown + "\" is not a number");
  }
  if (!std::isfinite(value)) throw FormatError("csv: " + place() + ": \"" + shown + "\" is not a finite number");
  return value;
}

}  // namespace

Table read_csv(const std::string& path, const CsvOptions& options) {
  std::ifstream in(path);
  if (!in) throw FormatError("csv: cannot open " + path);
  Table table;
  std::string line;
  std::vector<float> values;
  std::size_t rows = 0, width = 0;
  for (std::size_t line_number = 1; next_line(in, line, path); ++line_number) {
    if (line_number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // the byte order mark of UTF-8
    if (line.empty()) continue;
    const std::string place = path + ", line " + std::to_string(line_number);
    std::vector<std::string> cells = cells_of(line, place);
    if (width == 0) width = cells.size();
    if (cells.size() != width) {
      throw FormatError("csv: " + place + ": " + std::to_string(cells.size()) + " cells, but the first line has " +
                        std::to_string(width));
    }
    if (options.header && table.columns.empty()) {
      table.columns = std::move(cells);
      continue;
    }
    for (std::size_t i = 0; i < width; ++i) {
      values.push_back(number(cells[i], [&] {
        std::string cell = place + ", column " + std::to_string(i + 1);
        if (options.header) cell += " (" + table.columns[i] + ")";
        return cell;
      }));
    }
    ++rows;
  }
  if (width == 0) throw FormatError("csv: " + path + " is empty; its first line should name the columns");
  table.values = Tensor<float>::empty({rows, width});
  std::copy(values.begin(), values.end(), table.values.mutable_data());
  return table;
}

}  // namespace tapegrad::nn
