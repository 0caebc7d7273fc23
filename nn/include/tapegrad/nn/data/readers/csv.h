// Tables of numbers from comma-separated text.
#pragma once
#include <string>
#include <vector>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad::nn {

/// A table of numbers with the names of its columns.
struct Table {
  std::vector<std::string> columns;  ///< empty when the file does not name them
  Tensor<float> values;              ///< (rows, columns)
};

struct CsvOptions {
  bool header = true;  ///< the first line names the columns
};

/// Reads a file of comma-separated numbers. A cell may stand in double quotes (two of them inside are one) and may not
/// go over the end of a line; empty lines are skipped. Throws FormatError with file, line, column and text for a cell
/// that is no finite number, a row of another length, a quote without its partner, and a file that cannot be read or
/// is empty.
Table read_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace tapegrad::nn
