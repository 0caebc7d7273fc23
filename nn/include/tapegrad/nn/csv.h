#pragma once
#include <string>
#include <vector>

#include "tapegrad/tensor.h"

namespace tapegrad::nn {

/// A table of numbers with the names of its columns.
struct Table {
  std::vector<std::string> columns;
  Tensor<float> values;  ///< (rows, columns)
};

/// Reads a file of comma-separated numbers whose first line names the columns. Throws FormatError with file, line,
/// column and text for a cell that is no number or a row of another length, and when the file cannot be read.
Table read_csv(const std::string& path);

}  // namespace tapegrad::nn
