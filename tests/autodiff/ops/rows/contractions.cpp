#include <tapegrad/ops/contractions.h>

#include "ops/families.h"

namespace {

// A row of einsum, under its equation.
rows::Row of(const std::string& equation, rows::RowOptions options) {
  return {"einsum", equation, [equation](const auto& x) { return einsum(equation, x); }, std::move(options)};
}

}  // namespace

const std::vector<rows::Row>& rows::Contractions::rows() {
  using tapegrad::Axes;
  static const std::vector<Row> list{
      of("ij,jk->ik", {.shapes = {{{3, 4}, {4, 2}}, {{1, 3}, {3, 1}}, {{3, 0}, {0, 2}}, {{0, 3}, {3, 2}}},
                       .large = {{{130, 70}, {70, 300}}, {{3, 401}, {401, 2}}},
                       .program = "einsum(\"ij,jk->ik\", $0, $1)"}),
      of("ij,kj->ki", {.shapes = {{{3, 4}, {2, 4}}}}),
      of("bhqd,bhkd->bhqk", {.shapes = {{{2, 1, 3, 2}, {2, 1, 4, 2}}, {{2, 1, 2, 2}, {1, 3, 2, 2}}},
                             .large = {{{2, 3, 60, 16}, {2, 3, 70, 16}}}}),
      of("bqhd,bkhd->bhqk", {.shapes = {{{2, 3, 2, 2}, {2, 2, 2, 2}}}, .large = {{{2, 60, 3, 16}, {2, 70, 3, 16}}}}),
      of("bhqk,bkhd->bqhd", {.shapes = {{{2, 2, 3, 2}, {2, 2, 2, 2}}}}),
      of("i,i->", {.shapes = {{{4}, {4}}, {{0}, {0}}}, .large = {{{40001}, {40001}}}}),
      of("i,j->ji", {.shapes = {{{3}, {2}}}, .large = {{{301}, {203}}}}),
      of("ij,ij->ij", {.shapes = {{{2, 3}, {2, 3}}, {{2, 1}, {1, 3}}}, .large = {{large, large}}}),
      of("bi,bi->b", {.shapes = {{{2, 3}, {2, 3}}}, .large = {{large, large}}}),
      of("ib,ib->b", {.shapes = {{{2, 3}, {2, 3}}}}),
      of("ii", {.shapes = {{{3, 3}}}, .program = "einsum(\"ii\", matmul(transpose($0), $0))"}),
      of("ii->i", {.shapes = {{{3, 3}}}}),
      of("ij->ji", {.shapes = {{{2, 3}}}, .large = {{large}}}),
      of("ij->j", {.shapes = {{{2, 3}}, {{0, 2}}}, .large = {{large}}}),
      of("i->", {.shapes = {{{3}}}}),
      of("ij,jk,kl->il", {.shapes = {{{2, 3}, {3, 2}, {2, 4}}}, .large = {{{70, 90}, {90, 80}, {80, 3}}}}),
      of("i,j,k->ijk", {.shapes = {{{2}, {3}, {2}}}}),
      of("ij,j,ij->i", {.shapes = {{{2, 3}, {3}, {2, 3}}}}),
      of("ii,ij->j", {.shapes = {{{2, 2}, {2, 3}}}}),
      of("...ij,...jk->...ik", {.shapes = {{{2, 2, 3}, {3, 2}}, {{2, 1, 2, 2}, {3, 2, 1}}}}),
      of("...,...", {.shapes = {{{2, 3}, {3}}, {{2, 1}, {2}}}}),
      of("b...,bi", {.shapes = {{{2, 3, 1}, {2, 2}}}}),
      {"einsum", "of itself", [](const auto& x) { return einsum("ij,jk->ik", x[0], x[0]); }, {.shapes = {{{3, 3}}}}},
      {"einsum",
       "dot",
       [](const auto& x) { return dot(x[0], x[1]); },
       {.shapes = {{{4}, {4}}, {{2, 3}, {3}}, {{3}, {3, 2}}, {{2, 3}, {3, 2}}, {{2, 2}, {3, 2, 2}}},
        .program = "dot($0, $1)"}},
      {"einsum",
       "inner",
       [](const auto& x) { return inner(x[0], x[1]); },
       {.shapes = {{{4}, {4}}, {{2, 3}, {4, 3}}, {{2, 2, 3}, {3}}}, .program = "inner($0, $1)"}},
      {"einsum",
       "outer",
       [](const auto& x) { return outer(x[0], x[1]); },
       {.shapes = {{{3}, {2}}, {{2, 2}, {3}}, {Shape{}, {2}}}, .program = "outer($0, $1)"}},
      {"einsum",
       "tensordot",
       [](const auto& x) { return tensordot(x[0], x[1]); },
       {.shapes = {{{2, 3, 2}, {3, 2, 2}}, {{2, 3}, {2, 3}}}}},
      {"einsum",
       "tensordot of pairs",
       [](const auto& x) { return tensordot(x[0], x[1], {{0, -1}, {1, 0}}); },
       {.shapes = {{{2, 3, 4}, {4, 2}}}}},
      {"einsum",
       "tensordot of none",
       [](const auto& x) { return tensordot(x[0], x[1], 0); },
       {.shapes = {{{2}, {3, 1}}}}},
      {"einsum",
       "kron",
       [](const auto& x) { return kron(x[0], x[1]); },
       {.shapes = {{{2, 3}, {3, 2}}, {{3}, {2, 2}}, {{2}, {3}}, {Shape{}, {2}}}, .program = "kron($0, $1)"}},
      {"einsum",
       "trace",
       [](const auto& x) { return trace(x[0]); },
       {.shapes = {{{3, 3}}, {{2, 3, 2}}}, .program = "trace($0)"}},
      {"einsum", "trace above", [](const auto& x) { return trace(x[0], 1); }, {.shapes = {{{3, 3}}, {{2, 1, 2, 3}}}}},
      {"einsum", "trace below", [](const auto& x) { return trace(x[0], -1); }, {.shapes = {{{3, 2}}}}}};
  return list;
}
