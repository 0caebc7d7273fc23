#include "ops/families.h"
#include "ops/rows/matrices.h"

const std::vector<rows::Row>& rows::LinearAlgebra::rows() {
  static const std::vector<Row> list{
      {"matmul", "two", [](const auto& x) { return matmul(x[0], x[1]); },
       {.shapes = {{{3, 4}, {4, 2}}, {{4}, {4, 2}}, {{3, 4}, {4}}, {{4}, {4}}, {{5, 3, 4}, {4, 2}},
                   {{2, 1, 3, 4}, {3, 4, 2}}, {{3, 0}, {0, 2}}},
        .large = {{{128, 784}, {784, 512}}, {{130, 70}, {70, 300}}, {{3, 70, 80}, {80, 90}}, {{601}, {601, 701}},
                  {{701, 601}, {601}}},
        .program = "matmul($0, $1)"}},
      {"matmul", "many", [](const auto& x) { return matmul(x[0], x[1]); },
       {.shapes = {{{2, 1, 2, 3}, {2, 3, 1}}, {{1, 2, 2}, {3, 2, 2}}, {{2, 2}, {3, 2, 1}}, {{0, 2, 2}, {2, 2}}},
        .large = {{{9, 70, 64}, {9, 64, 70}}, {{5, 1, 8, 8}, {9, 8, 8}}, {{3, 30, 20}, {13, 3, 20, 7}}}}},
      {"matmul", "matrix_power", [](const auto& x) { return matrix_power(x[0], 5) - matrix_power(x[0] * 0.5, 1); },
       {.shapes = {{{2, 2}}, {{2, 3, 3}}}}},
      {"matmul", "matrix_power of the inverse", [](const auto& x) { return matrix_power(dominant(x[0]), -3); },
       {.shapes = {{{2, 2}}}}},
      {"matmul", "of itself", [](const auto& x) { return matmul(x[0], x[0]); }, {.shapes = {{{3, 3}}}}},
      {"matmul", "transposed", [](const auto& x) { return matmul(transpose(x[0]), transpose(x[1])); },
       {.large = {{{300, 70}, {130, 300}}}, .program = "matmul(transpose($0), transpose($1))"}},
      {"matmul", "right transposed", [](const auto& x) { return matmul(x[0], transpose(x[1])); },
       {.program = "matmul($0, transpose($1))"}},
      {"matmul", "left transposed", [](const auto& x) { return matmul(transpose(x[0]), x[1]); },
       {.program = "matmul(transpose($0), $1)"}},
      {"linear", "three", [](const auto& x) { return linear(x[0], x[1], x[2]); },
       {.shapes = {{{5, 3}, {3, 2}, {2}}, {{3}, {3, 2}, {2}}, {{2, 4, 3}, {3, 2}, {2}}, {{11, 19}, {19, 1}, {1}},
                   {{3, 5}, {5, 19}, {19}}},
        .large = {{{128, 784}, {784, 512}, {512}}, {{130, 70}, {70, 300}, {300}}, {{601}, {601, 701}, {701}},
                  {{7001, 8}, {8, 16}, {16}}, {{70001, 5}, {5, 1}, {1}}}}},
      {"linear", "bias of the weights", [](const auto& x) { return linear(x[0], x[1], sum(x[1], {0})); },
       {.program = "linear($0, $1, sum($1, {0}))"}},
      {"linear", "weights of the input", [](const auto& x) { return linear(x[0], transpose(x[0]), sum(x[1], {0})); },
       {.program = "linear($0, transpose($0), sum($1, {0}))"}}};
  return list;
}
