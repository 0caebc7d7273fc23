// What docs/ops.md says of an op beside its descriptor and its declaration: a line for each name that programs call.
#pragma once
#include <string_view>
#include <vector>

namespace pages {

/// How the time of a call grows.
enum class Cost { none, part, pass, sort, pick, search, transform, sequence, windows, convolution, product, cubic };

/// What the page calls it.
std::string_view text(Cost cost);

struct Line {
  std::string_view name;
  Cost cost = Cost::pass;
  std::string_view numpy = {}, torch = {};  ///< their names, separated by spaces, without "numpy." and "torch."
  std::string_view made_of = {};            ///< the ops that its entries are of, where it has none of its own name
  std::string_view no_derivative = {};      ///< why, where its declaration does not tell
};

/// All names of a header, or of a family of the catalogue, under a heading.
struct Family {
  std::string_view title, header;
  std::vector<Line> lines;
};

const std::vector<Family>& families();

}  // namespace pages
