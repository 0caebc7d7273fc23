// A tape made visible: its entries, their table, and their drawing.
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tape/tape.h"

namespace tapegrad {

struct Formula;

/// What an entry of a tape is.
enum class EntryType {
  variable,
  op,
  scalars,  ///< scalar statements, or a bridge between them and tensors
  cut,      ///< values were read and go on without their gradient, as by stop_gradient or value()
  choice    ///< elements were read to be compared, or to find their places
};

/// What an entry of a tape looks like from outside: tape.entries() has one for each.
struct EntryView {
  std::size_t number = 0;
  EntryType type = EntryType::op;
  std::string_view op;               ///< "variable" for a leaf, "scalars" for a run of scalar statements
  const Formula* formula = nullptr;  ///< how the op is written; null for one without a formula
  std::vector<long> inputs;         ///< numbers of the entries it reads; -1 for a constant
  Shape shape;
  std::string label;
  CallSite site;
  /// Short texts; empty unless the tape was made with keep_values. While a sweep is stepped, an adjoint that waits for
  /// its rule is there on any tape.
  std::string value, adjoint;
};

/// What the printed table shows of a tape, besides ops, inputs, shapes and labels.
struct PrintOptions {
  bool values = false;    ///< needs Tape({.keep_values = true}); otherwise the table ends with a line that says so
  bool adjoints = false;  ///< likewise; while a sweep is stepped, those that still wait for their rule on any tape
  bool lines = true;      ///< of the user's program
  int precision = 4;      ///< digits of a number
  std::size_t elements = 4;  ///< shown of an array
};

/// The entries as a table, from first to last. While a sweep is stepped, > marks the entry whose rule runs next.
void print(std::ostream& out, const Tape& tape, const PrintOptions& options = {});
/// The same, to std::cout.
void print(const Tape& tape, const PrintOptions& options = {});
/// The entries as Graphviz DOT text.
std::string to_dot(const Tape& tape);

}  // namespace tapegrad
