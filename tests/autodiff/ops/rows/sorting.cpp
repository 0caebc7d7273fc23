#include "ops/families.h"

namespace {

using namespace tapegrad;

// 0 where two elements that are neighbours in order along an axis change their order.
const auto gaps_along = [](long axis) {
  return [axis](const auto& x) {
    const auto y = sort(x[0], axis);
    const std::size_t along = axis < 0 ? y.rank() - 1 : std::size_t(axis), count = y.shape()[along];
    engine::Slices above;
    for (const std::size_t length : y.shape()) above.push_back({0, 1, length, false});
    above[along].count = count ? count - 1 : 0;
    engine::Slices below = above;
    above[along].start = count > 1;
    return slice(y, above) - slice(y, below);
  };
};
const auto gaps_of_all = [](const auto& x) {
  const std::vector flat{reshape(x[0], {-1})};
  return gaps_along(0)(flat);
};

}  // namespace

const std::vector<rows::Row>& rows::Sorting::rows() {
  static const std::vector<Row> list{
      {"sort",
       "last",
       [](const auto& x) { return sort(x[0]); },
       {.shapes = {{{5}}, {{2, 4}}, {{3, 1}}, {{2, 0}}},
        .large = {{large}, {{2, 20001}}},
        .program = "sort($0)",
        .kink = gaps_along(-1)}},
      {"sort",
       "0, descending",
       [](const auto& x) { return sort(x[0], 0, {.descending = true}); },
       {.shapes = {{{4, 2}}, {{3, 2, 2}}},
        .large = {{large}},
        .program = "sort($0, 0, {.descending = true})",
        .kink = gaps_along(0)}},
      {"topk",
       "2 last",
       [](const auto& x) { return topk(x[0], 2).values; },
       {.shapes = {{{5}}, {{2, 3}}}, .large = {{large}}, .program = "topk($0, 2).values", .kink = gaps_along(-1)}},
      {"topk",
       "2 smallest, 0",
       [](const auto& x) { return topk(x[0], 2, 0, {.largest = false}).values; },
       {.shapes = {{{4, 2}}},
        .large = {{large}},
        .program = "topk($0, 2, 0, {.largest = false}).values",
        .kink = gaps_along(0)}},
      {"topk", "none", [](const auto& x) { return topk(x[0], 0).values; }, {.shapes = {{{2, 3}}}}},
      {"kthvalue",
       "2 last",
       [](const auto& x) { return kthvalue(x[0], 2).values; },
       {.shapes = {{{5}}, {{2, 3}}}, .large = {{large}}, .program = "kthvalue($0, 2).values", .kink = gaps_along(-1)}},
      {"kthvalue",
       "1, 0",
       [](const auto& x) { return kthvalue(x[0], 1, 0).values; },
       {.shapes = {{{4, 2}}}, .program = "kthvalue($0, 1, 0).values", .kink = gaps_along(0)}},
      {"unique",
       "all",
       [](const auto& x) { return unique(x[0]).values; },
       {.shapes = {{{5}}, {{2, 3}}}, .large = {{large}}, .program = "unique($0).values", .kink = gaps_of_all}}};
  return list;
}
