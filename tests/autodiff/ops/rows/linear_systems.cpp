#include "ops/families.h"
#include "ops/rows/matrices.h"

namespace {

const std::vector<rows::Shapes> squares{{{3, 3}}, {{2, 2, 2}}, {{2, 1, 1, 1}}, {{0, 2, 2}}, {{0, 0}}};
const std::vector<rows::Shapes> many{{{2100, 3, 3}}, {{130, 130}}};
const std::vector<rows::Shapes> systems{{{3, 3}, {3, 2}},          {{2, 2, 2}, {2, 1}}, {{2, 2}, {2, 2, 2}},
                                        {{2, 1, 2, 2}, {3, 2, 2}}, {{1, 1}, {1, 3}},    {{0, 0}, {0, 2}}};
const std::vector<rows::Shapes> many_systems{{{2100, 3, 3}, {2100, 3, 2}}, {{130, 130}, {130, 140}}};

}  // namespace

const std::vector<rows::Row>& rows::LinearSystems::rows() {
  static const std::vector<Row> list{
      {"solve",
       "matrices",
       [](const auto& x) { return solve(dominant(x[0]), x[1]); },
       {.shapes = systems, .large = many_systems}},
      {"solve",
       "a vector",
       [](const auto& x) { return solve(dominant(x[0]), x[1]); },
       {.shapes = {{{3, 3}, {3}}, {{2, 2, 2}, {2}}}}},
      {"solve", "of itself", [](const auto& x) { return solve(dominant(x[0]), x[0]); }, {.shapes = {{{3, 3}}}}},
      {"solve",
       "definite",
       [](const auto& x) { return solve(definite(x[0]), x[1]); },
       {.shapes = {{{2, 3}, {3, 2}}}, .program = "solve(definite($0), $1)"}},
      {"solve_triangular",
       "lower",
       [](const auto& x) { return solve_triangular(dominant(x[0]), x[1]); },
       {.shapes = systems, .large = many_systems}},
      {"solve_triangular",
       "upper",
       [](const auto& x) { return solve_triangular(dominant(x[0]), x[1], {.upper = true}); },
       {.shapes = systems}},
      {"solve_triangular",
       "transposed",
       [](const auto& x) { return solve_triangular(dominant(x[0]), x[1], {.transposed = true}); },
       {.shapes = {{{3, 3}, {3, 2}}, {{2, 2, 2}, {2, 1}}}}},
      {"solve_triangular",
       "upper transposed",
       [](const auto& x) { return solve_triangular(dominant(x[0]), x[1], {.upper = true, .transposed = true}); },
       {.shapes = {{{3, 3}, {3, 2}}}}},
      {"solve_triangular",
       "unit diagonal",
       [](const auto& x) { return solve_triangular(x[0], x[1], {.unit_diagonal = true}); },
       {.shapes = {{{3, 3}, {3, 2}}, {{2, 2}, {2}}}}},
      {"solve_triangular",
       "definite",
       [](const auto& x) { return solve_triangular(definite(x[0]), x[1]); },
       {.shapes = {{{2, 3}, {3, 2}}}, .program = "solve_triangular(definite($0), $1)"}},
      {"solve_triangular",
       "cholesky_solve",
       [](const auto& x) { return cholesky_solve(x[1], dominant(x[0])); },
       {.shapes = {{{3, 3}, {3, 2}}, {{2, 2, 2}, {2}}}}},
      {"inv", "one", [](const auto& x) { return inv(dominant(x[0])); }, {.shapes = squares, .large = many}},
      {"inv",
       "definite",
       [](const auto& x) { return inv(definite(x[0])); },
       {.shapes = {{{2, 3}}}, .program = "inv(definite($0))"}},
      {"det",
       "one",
       [](const auto& x) { return det(dominant(x[0]) * 0.2); },
       {.shapes = {{{3, 3}}, {{2, 2, 2}}, {{0, 2, 2}}, {{0, 0}}}, .large = {{{2100, 3, 3}}}}},
      {"det", "of any sign", [](const auto& x) { return det(x[0]); }, {.shapes = {{{2, 2}}, {{3, 3}}}}},
      {"det",
       "definite",
       [](const auto& x) { return det(definite(x[0]) * 0.1); },
       {.shapes = {{{2, 3}}}, .program = "det(definite($0) * 0.1)"}},
      {"slogdet",
       "logarithm",
       [](const auto& x) { return slogdet(dominant(x[0])).logabsdet; },
       {.shapes = squares, .large = many}},
      {"slogdet",
       "of any sign",
       [](const auto& x) {
         const auto y = slogdet(x[0]);
         return y.sign * y.logabsdet + y.sign;
       },
       {.shapes = {{{3, 3}}, {{2, 2, 2}}}}},
      {"slogdet",
       "definite",
       [](const auto& x) { return slogdet(definite(x[0])).logabsdet; },
       {.shapes = {{{2, 3}}}, .program = "slogdet(definite($0)).logabsdet"}},
      {"cholesky",
       "one",
       [](const auto& x) { return cholesky(dominant(x[0]) + dominant(x[0])); },
       {.shapes = squares, .large = {{{2100, 3, 3}}}}},
      {"cholesky",
       "definite",
       [](const auto& x) { return cholesky(definite(x[0])); },
       {.shapes = {{{2, 3}}}, .large = {{{150, 130}}}, .program = "cholesky(definite($0))"}},
      {"expm",
       "one",
       [](const auto& x) { return expm(x[0] * 0.5); },
       {.shapes = {{{3, 3}}, {{2, 2, 2}}, {{1, 1}}, {{0, 2, 2}}}, .large = {{{2100, 3, 3}}}}},
      {"expm",
       "of an inverse",
       [](const auto& x) { return expm(inv(definite(x[0]))); },
       {.program = "expm(inv(definite($0)))"}}};
  return list;
}
