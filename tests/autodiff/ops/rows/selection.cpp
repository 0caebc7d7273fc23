#include "ops/families.h"
#include "ops/rows/pairs.h"

namespace {

using tapegrad::Mask;

// Where a comparison holds, one smooth function, and another one elsewhere.
template <class F>
rows::Row where_row(const std::string& comparison, F mask, std::vector<rows::Shapes> large = {}) {
  return {"where", comparison,
          [mask](const auto& x) { return where(mask(x[0], x[1]), x[0] * x[1], x[1] - x[0] * x[0]); },
          {.large = std::move(large),
           .program = "where($0" + comparison.substr(1, comparison.size() - 2) + "$1, $0 * $1, $1 - $0 * $0)",
           .kink = [](const auto& x) { return x[0] - x[1]; }}};
}

}  // namespace

const std::vector<rows::Row>& rows::Selection::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    const Call gap = [](const auto& x) { return x[0] - x[1]; };
    add_pairs(all, "maximum", "maximum($0, $1)", Domain{-2, 2, 0.1},
              [](const auto& a, const auto& b) { return maximum(a, b); }, gap);
    add_pairs(all, "minimum", "minimum($0, $1)", Domain{-2, 2, 0.1},
              [](const auto& a, const auto& b) { return minimum(a, b); }, gap);
    all.push_back({"where", "mask", [](const auto& x) {
                     return where(Mask(xt::xarray<bool>{true, false, true}), x[0], x[1]);
                   },
                   {.shapes = {{{2, 3}, {2, 3}}, {{4, 3}, {3}}, {{4, 1}, {1, 3}}, {{2, 3}, Shape{}},
                               {{3, 1}, {2, 1, 3}}, {{2, 1, 2, 1, 3}, {1, 2, 1}}, {{0, 3}, {3}}}}});
    all.push_back(where_row("a > b", [](const auto& a, const auto& b) { return a > b; }, {{large, large_row}}));
    all.push_back(where_row("a < b", [](const auto& a, const auto& b) { return a < b; }));
    all.push_back(where_row("a >= b", [](const auto& a, const auto& b) { return a >= b; }));
    all.push_back(where_row("a <= b", [](const auto& a, const auto& b) { return a <= b; }));
    all.push_back({"clip", "both sides", [](const auto& x) { return clip(x[0], -1, 1); },
                   {.shapes = {{{3, 4}}}, .large = {{large}}, .program = "clip($0, -1, 1)",
                    .kink = [](const auto& x) { return square(x[0]) - 1; }}});
    return all;
  }();
  return list;
}
