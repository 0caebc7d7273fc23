// What docs/ops.md says of an op beside its descriptor and its declaration: a line for each name that programs call.
#pragma once
#include <string_view>
#include <vector>

namespace pages {

/// How the time of a call grows.
enum class Cost { none, part, pass, sort, pick, search, transform, product, cubic };

/// What the page calls it.
constexpr std::string_view text(Cost cost) {
  switch (cost) {
    case Cost::none: return "none: no element is touched, the array is shared";
    case Cost::part: return "none for leading rows, which share the array; else one pass over the result";
    case Cost::pass: return "one pass over the elements";
    case Cost::sort: return "a sort of each line of n elements: n log n, a few passes where n is large";
    case Cost::pick: return "one pass over the elements, and a sort of those that are taken";
    case Cost::search: return "log n for each value, and one pass over the list of n";
    case Cost::transform: return "n log n for each line of n elements";
    case Cost::product: return "that of products of matrices: m k n multiplications of (m, k) by (k, n)";
    case Cost::cubic: return "of the order of n^3 for each (n, n) matrix";
  }
  return "";
}

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
