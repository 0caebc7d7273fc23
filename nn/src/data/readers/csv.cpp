#include "tapegrad/nn/data/readers/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "data/readers/lines.h"
#include "tapegrad/engine/memory.h"

namespace tapegrad::nn {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == text.npos; }

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// What a file holds as an error shows it: no control characters, and not a page of it.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string result(text.substr(0, most));
  for (char& c : result) {
    if (c >= 0 && c < ' ') c = '?';
  }
  return '"' + result + (text.size() > most ? "..." : "") + '"';
}

// Whether digits that no double has room for stand for a number that is nearest to 0, not for one that is too large:
// the place of the first digit and the exponent say so.
bool is_tiny(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view digits = number.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size()), first = digits.find_first_of("123456789");
  const auto place = static_cast<double>(point) - static_cast<double>(first);
  double exponent = 0;
  for (const char c : number.substr(std::min(e + 1, number.size()))) {
    if (c >= '0' && c <= '9') exponent = exponent * 10 + (c - '0');
  }
  return place + (number.find('-', e) != number.npos ? -exponent : exponent) < 0;
}

// A number that has no place among the floats, but is nearest to 0 or to one of the smallest of them.
std::optional<float> tiny(std::string_view number) {
  double exact = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), exact);
  if (error == std::errc() && std::abs(exact) < 1) return static_cast<float>(exact);
  const bool negative = number[0] == '-';
  if (error != std::errc() && is_tiny(number.substr(negative))) return negative ? -0.f : 0.f;
  return std::nullopt;
}

constexpr const char* nul_fix = ". Is the file UTF-16, or no text?";

// A cell as it stands in the line.
struct Cell {
  std::string_view text;  // between the quotes, if there are some
  bool quoted = false;
  std::string value() const {  // with one quote for two
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      result += text[i];
      if (quoted && text[i] == '"') ++i;
    }
    return result;
  }
};

// Reads one file. What it throws says where: the file, the line, the column.
class CsvReader {
 public:
  CsvReader(const std::string& path, const CsvOptions& options, const CallSite& site)
      : path_(path), options_(options), site_(site), lines_("csv", path, site) {}

  Table read() {
    std::string_view line;
    while (lines_.next(line)) {
      if (is_blank(line)) {
        if (width_ && !empty_line_) empty_line_ = lines_.number();
      } else if (width_ == 0 && options_.header) {
        read_header(line);
      } else {
        read_row(line);
      }
    }
    if (width_ == 0) {
      throw FormatError("csv: " + path_ + " is empty" + text(site_) + ". " +
                        (options_.header ? "Its first line should name the columns" : "It should hold numbers"));
    }
    table_.values = Tensor<float>::empty({values_.size() / width_, width_}, "csv", site_);
    std::copy(values_.begin(), values_.end(), table_.values.mutable_data());
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& words, const std::string& fix = "") const {
    throw FormatError("csv: " + path_ + ", line " + std::to_string(lines_.number()) + words + text(site_) + fix);
  }
  [[noreturn]] void fail_in(std::size_t column, const std::string& words, const std::string& fix = "") const {
    const std::string name = column < table_.columns.size() ? " (" + table_.columns[column] + ")" : "";
    fail(", column " + std::to_string(column + 1) + name + ": " + words, fix);
  }
  [[noreturn]] void fail_width(std::size_t count) const {
    fail(": " + std::to_string(count) + " cells, but the first line has " + std::to_string(width_));
  }
  // For a cell that is no number, where the line is whole.
  [[noreturn]] void fail_number(const Cell& cell, std::string_view line, std::size_t column, const std::string& words,
                                const std::string& fix = "") const {
    if (const std::size_t count = cells(line).size(); width_ && count != width_) fail_width(count);
    fail_in(column, shown(cell.text) + words, fix);
  }

  // The cell that begins at `at`, which then stands at the separator behind it or at the end of the line.
  Cell next_cell(std::string_view line, std::size_t& at, std::size_t column) const {
    const std::size_t begin = at;
    if (at == line.size() || line[at] != '"') {
      at = std::min(line.find(',', at), line.size());
      return {line.substr(begin, at - begin)};
    }
    std::size_t quote = line.find('"', begin + 1);
    while (quote != line.npos && quote + 1 < line.size() && line[quote + 1] == '"') quote = line.find('"', quote + 2);
    if (quote == line.npos)
      fail_in(column, "the quote in " + shown(line.substr(begin)) + " has no partner on this line");
    at = std::min(line.find(',', quote), line.size());
    const std::string_view behind = line.substr(quote + 1, at - quote - 1);
    if (!is_blank(behind)) fail_in(column, shown(behind) + " stands behind the quotes that end the cell");
    return {line.substr(begin + 1, quote - begin - 1), true};
  }
  std::vector<Cell> cells(std::string_view line) const {
    std::vector<Cell> result;
    for (std::size_t at = 0;; ++at) {
      result.push_back(next_cell(line, at, result.size()));
      if (at == line.size()) return result;
    }
  }

  void read_header(std::string_view line) {
    if (line.find('\0') != line.npos) fail(": there is a NUL byte", nul_fix);
    bool only_numbers = true;
    for (const Cell& cell : cells(line)) {
      float number;
      const std::string_view name = without_blanks(cell.text);
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      only_numbers = only_numbers && !cell.quoted && !name.empty() && end == name.data() + name.size();
      table_.columns.push_back(cell.value());
    }
    if (only_numbers) {
      fail(": there are numbers where the names of the columns should stand",
           ". Read a file without names with {.header = false}, and put names that are numbers in quotes");
    }
    width_ = table_.columns.size();
  }

  // Most cells are a number and nothing else: those are not looked at twice.
  void read_row(std::string_view line) {
    const char* const end = line.data() + line.size();
    std::size_t column = 0, at = 0;
    for (;; ++column, ++at) {
      float value = 0;
      const auto [past, error] = std::from_chars(line.data() + at, end, value);
      if (error == std::errc() && (past == end || *past == ',') && std::isfinite(value)) [[likely]] {
        at = static_cast<std::size_t>(past - line.data());
      } else {
        value = number(next_cell(line, at, column), line, column);
      }
      values_.push_back(value);
      if (at == line.size()) break;
    }
    if (width_ == 0) width_ = column + 1;
    if (column + 1 != width_) fail_width(column + 1);
    if (width_ == 1 && empty_line_) {
      fail(": line " + std::to_string(empty_line_) +
               " is empty, and in a table of one column that is a row without its "
               "number",
           ". Empty lines may stand before the table and after it");
    }
  }

  // The number in a cell that is more than digits, or in none that a float can be.
  float number(const Cell& cell, std::string_view line, std::size_t column) const {
    const std::string_view all = without_blanks(cell.text);
    const bool plus = all.size() > 1 && all[0] == '+' && all[1] != '-' && all[1] != '+';
    const char *first = all.data() + plus, *last = all.data() + all.size();
    float value = 0;
    const auto [end, error] = std::from_chars(first, last, value);
    const bool is_number = !all.empty() && error != std::errc::invalid_argument && end == last;
    if (!is_number) fail_number(cell, line, column, " is not a number", fix(cell, line));
    const char leading = all[all[0] == '-' || all[0] == '+'];
    if (leading != '.' && (leading < '0' || leading > '9')) fail_number(cell, line, column, " is not a finite number");
    if (error == std::errc() && std::isfinite(value)) return value;
    const auto small = tiny({first, last});
    if (!small) fail_number(cell, line, column, " is outside the range of float");
    return *small;
  }

  std::string fix(const Cell& cell, std::string_view line) const {
    if (cell.text.find('\0') != cell.text.npos) return std::string(": there is a NUL byte") + nul_fix;
    if (cell.text.empty() && line.back() == ',') return ". The line ends with a separator";
    if (cell.text.find_first_of(";\t") != cell.text.npos) return ". Cells are separated by commas";
    if (!options_.header && values_.empty()) return ". Read a file that names its columns with {.header = true}";
    return "";
  }

  const std::string& path_;
  const CsvOptions& options_;
  const CallSite& site_;
  Lines lines_;
  Table table_;
  std::vector<float> values_;
  std::size_t width_ = 0;       // 0 until the first line that is not empty
  std::size_t empty_line_ = 0;  // the first one since
};

}  // namespace

Table read_csv(const std::string& path, const CsvOptions& options, CallSite site) {
  return engine::named_memory_error("csv", "the numbers in " + path, site,
                                    [&] { return CsvReader(path, options, site).read(); });
}

}  // namespace tapegrad::nn
