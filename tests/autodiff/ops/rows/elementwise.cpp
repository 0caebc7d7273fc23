// A row for each function of the catalogue, from what its struct says.
#include <type_traits>

#include "ops/families.h"
#include "ops/rows/pairs.h"

namespace {

const char* const in_digits = "tests/references/elementwise.py has three derivatives of it in 50 digits";

// All shapes of one input, in the function's domain.
template <class F>
rows::Row row_of() {
  const std::string name(F::name);
  const bool order_first = std::is_same_v<F, tapegrad::elementwise::Polygamma>;
  return {name, "elements", [](const auto& x) { return apply(F(), x[0]); },
          {.shapes = {{{5}}, {{3, 4}}, {{3, 37}}, {rows::Shape{}}, {{0, 3}}, {{2, 1, 2, 1, 2}}},
           .large = {{rows::large}}, .domain = F::domain, .program = name + (order_first ? "(1, $0)" : "($0)"),
           .no_reference = in_digits}};
}
template <class... F>
std::vector<rows::Row> rows_of(tapegrad::Types<F...>) {
  return {row_of<F>()...};
}
// Those that choose have a kink where the arguments are equal; so does fmod in its domain.
template <class... F>
void add_rows_of_pairs(std::vector<rows::Row>& list, tapegrad::Types<F...>) {
  (rows::add_pairs(list, std::string(F::name), std::string(F::name) + "($0, $1)", F::domain,
                   [](const auto& a, const auto& b) { return apply(F(), a, b); },
                   [](const auto& x) { return x[0] - x[1]; }),
   ...);
  for (rows::Row& row : list) row.no_reference = in_digits;
}

}  // namespace

const std::vector<rows::Row>& rows::Elementwise::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all = rows_of(tapegrad::Functions());
    add_rows_of_pairs(all, tapegrad::PairFunctions());
    return all;
  }();
  return list;
}
