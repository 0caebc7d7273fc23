// Rows of ops of two tensors that broadcast.
#pragma once
#include "ops/row.h"

namespace rows {

/// Of f(a, b): all ways to broadcast, and one input read twice.
template <class F>
void add_pairs(std::vector<Row>& rows, const std::string& op, const std::string& program, std::optional<Domain> domain,
               F f, const Call& kink = {}) {
  rows.push_back({op,
                  "pair",
                  [f](const auto& x) { return f(x[0], x[1]); },
                  {.shapes = {{{2, 3}, {2, 3}},
                              {{4, 3}, {3}},
                              {{3, 37}, {37}},
                              {{4, 1}, {1, 3}},
                              {{2, 2}, Shape{}},
                              {{3, 1}, {2, 1, 4}},
                              {{2, 1, 2, 1, 2}, {1, 2, 1}},
                              {{0, 3}, {3}}},
                   .large = {{large, large}, {large, large_row}, {large_column, large_row}},
                   .domain = domain,
                   .program = program,
                   .kink = kink}});
  rows.push_back(
      {op, "twice", [f](const auto& x) { return f(x[0], x[0] * x[0]); }, {.shapes = {{{3}}}, .domain = domain}});
}

/// Of f(x) that takes any shape.
template <class F>
Row of_one(const std::string& op, const std::string& variant, const std::string& program, F f) {
  return {op,
          variant,
          [f](const auto& x) { return f(x[0]); },
          {.shapes = {{{3, 4}}, {Shape{}}}, .large = {{large}}, .program = program}};
}

}  // namespace rows
