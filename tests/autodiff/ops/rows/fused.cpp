#include <tapegrad/functions/fuse.h>

#include "ops/families.h"

const std::vector<rows::Row>& rows::Fused::rows() {
  const auto formula = [](auto x, auto a, auto b) { return sigmoid(a * x + b) * tanh(x) + exp(-(x * x)); };
  const std::vector<Shapes> large_lists{{{100003}, {100003}, {100003}}, {{331, 307}, {307}, {331, 1}}};
  static const std::vector<Row> list{
      {"fuse", "formula", [=](const auto& x) { return tapegrad::fuse(formula, x[0], x[1], x[2]); },
       {.shapes = {{{2, 3}, {2, 3}, {2, 3}}, {{3, 1}, {1, 2}, {2}}}, .large = large_lists}},
      {"fuse", "gate", [](const auto& x) {
         return tapegrad::fuse([](auto a, auto b) { return a * tanh(b) - b; }, x[0], x[1]);
       },
       {.program = "fuse([](auto a, auto b) { return a * tanh(b) - b; }, $0, $1)"}},
      {"fuse_sum", "formula", [=](const auto& x) { return tapegrad::fuse_sum(formula, x[0], x[1], x[2]); },
       {.shapes = {{{2, 3}, {2, 3}, {2, 3}}}, .large = large_lists}},
      {"fuse_sum", "bell", [](const auto& x) {
         return tapegrad::fuse_sum([](auto a, auto b) { return exp(-(a * a)) * b; }, x[0], x[1]);
       },
       {.program = "fuse_sum([](auto a, auto b) { return exp(-(a * a)) * b; }, $0, $1)"}}};
  return list;
}
