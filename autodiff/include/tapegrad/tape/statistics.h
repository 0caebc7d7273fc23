// What a tape holds, counted: tape.statistics(), to be read or printed.
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace tapegrad {

/// The scalars of one element type.
struct ScalarStatistics {
  std::size_t runs = 0;     ///< entries of the tape that are unbroken runs of statements
  std::size_t scalars = 0;  ///< in use: variables, results of statements, elements of tensors, results of other entries
  /// Edges in a row with one target. A sum that grows in place counts once, and once more after each statement between.
  std::size_t statements = 0;
  std::size_t edges = 0;        ///< one for each scalar that a statement reads
  std::size_t edge_bytes = 0;   ///< of the edges, and of what no statement fitted into at the ends of chunks
  std::size_t chunks = 0;       ///< of memory for edges, used or not: the thread keeps them for its next tape
  std::size_t chunk_bytes = 0;  ///< of the chunks
};

/// What vmap did one example after the other instead of all at once.
struct VmapLoop {
  std::string op;            ///< its name; "function" where the whole function was called for each example
  std::string reason;        ///< why
  std::size_t examples = 0;  ///< how many calls that were
};

/// A tape in numbers. Counting walks through its entries and edges once.
struct TapeStatistics {
  std::size_t entries = 0;      ///< ops, variables, runs of statements
  std::size_t entry_bytes = 0;  ///< of entries and what their rules capture in place, without arrays
  ScalarStatistics of_float, of_double;
  ScalarStatistics of_duals;  ///< of all types of dual numbers together
  std::vector<VmapLoop> vmap_loops = {};  ///< of all calls of vmap while the tape recorded
  /// The same as tape.bytes().
  std::size_t bytes() const { return entry_bytes + of_float.edge_bytes + of_double.edge_bytes + of_duals.edge_bytes; }
};

/// A table, with a row for each type that the tape has scalars of.
std::ostream& operator<<(std::ostream& out, const TapeStatistics& statistics);

}  // namespace tapegrad
