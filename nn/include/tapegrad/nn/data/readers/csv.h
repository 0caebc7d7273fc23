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

/// Reads a file of numbers separated by commas, each line a row.
///   Lines end with LF, CRLF or CR, the last one also with the file. A UTF-8 byte order mark is passed over. Empty
///   lines are skipped, but not within a table of one column, where an empty line is a row without its number.
///   A cell may stand in double quotes, in which commas are text and two quotes are one. It may not go over the end of
///   its line, and only blanks may stand behind its last quote.
///   A number is written as 1, +1, -1.5, .5, 1., 1e-3 or 1E3, with blanks and tabs around it, whatever the program's
///   locale. The nearest float is taken; one too small for a float is 0.
///   A file that has a header only is a table of no rows.
/// All else is a FormatError that names the file, and where it can the line, the column and the cell: a cell that is
/// empty, no number, infinite, NaN or beyond the largest float; a row of another length than the first line; a first
/// line of numbers only where names are expected (names in quotes may be numbers); a quote without its partner; a NUL
/// byte; UTF-16; a file that is empty, a folder, missing, or that may not be read. MemoryError where the table is
/// too large for memory.
Table read_csv(const std::string& path, const CsvOptions& options = {}, CallSite site = CallSite::current());

}  // namespace tapegrad::nn
