#include "ops/families.h"
#include "ops/rows/matrices.h"

using tapegrad::Real, tapegrad::Tensor;

namespace {

const std::vector<rows::Shapes> squares{{{3, 3}}, {{2, 2, 2}}, {{1, 1}}, {{0, 2, 2}}, {{0, 0}}};
const std::vector<rows::Shapes> tall{{{4, 2}}, {{2, 3, 2}}, {{3, 1}}, {{3, 0}}}, wide{{{2, 4}}, {{2, 1, 3}}};
const std::vector<rows::Shapes> any{{{3, 3}}, {{4, 2}}, {{2, 3}}, {{2, 3, 2}}};
const std::vector<rows::Shapes> many{{{2100, 3, 3}}, {{140, 130}}}, many_square{{{2100, 3, 3}}, {{130, 130}}};

// The columns of v times numbers, times the rows of another.
template <class T>
T composed(const T& columns, const T& numbers, const T& rows) {
  return einsum("...ij,...j,...jk->...ik", columns, numbers, rows);
}
// 1, 2, ... for the columns of v.
template <Real T>
Tensor<T> numbered(const Tensor<T>& v) {
  return tapegrad::arange<T>(1, double(v.shape().back(0)) + 1);
}
template <Real T>
Tensor<T> transposed(const Tensor<T>& v) {
  return einsum("...ij->...ji", v);
}

}  // namespace

// Vectors are squared, or multiplied with themselves or their own kind: the sign of each is any.
const std::vector<rows::Row>& rows::Decompositions::rows() {
  static const std::vector<Row> list{
      {"qr", "q", [](const auto& x) { return qr(dominant(x[0])).q; }, {.shapes = tall, .large = many}},
      {"qr", "r", [](const auto& x) { return qr(dominant(x[0])).r; }, {.shapes = squares}},
      {"qr", "q of wide", [](const auto& x) { return qr(dominant(x[0])).q; }, {.shapes = wide}},
      {"qr", "r of wide", [](const auto& x) { return qr(dominant(x[0])).r; }, {.shapes = {{{2, 4}}, {{2, 2, 3}}}}},
      {"qr",
       "both",
       [](const auto& x) {
         const auto [q, r] = qr(dominant(x[0]));
         return matmul(q, sin(r));
       },
       {.shapes = any}},
      {"qr",
       "definite",
       [](const auto& x) { return qr(definite(x[0])).q; },
       {.shapes = {{{2, 3}}}, .program = "qr(definite($0)).q"}},
      {"eigh", "eigenvalues", [](const auto& x) { return eigh(spread(x[0])).eigenvalues; }, {.shapes = squares}},
      {"eigh",
       "eigenvectors",
       [](const auto& x) {
         const auto v = eigh(spread(x[0])).eigenvectors;
         return composed(v, numbered(v), transposed(v));
       },
       {.shapes = squares, .large = many_square}},
      {"eigh",
       "a function of the matrix",
       [](const auto& x) {
         const auto [w, v] = eigh(spread(x[0]));
         return einsum("...ij,...j,...kj->...ik", v, sin(w), v);
       },
       {.shapes = {{{3, 3}}, {{2, 2, 2}}}}},
      {"eigh",
       "of any matrix",
       [](const auto& x) { return eigh(spread(tanh(einsum("...ki,...kj->...ij", x[0], x[0])))).eigenvalues; },
       {.shapes = {{{2, 3}}}, .program = "eigh(spread(tanh(einsum(\"...ki,...kj->...ij\", $0, $0)))).eigenvalues"}},
      {"svd", "values", [](const auto& x) { return svd(spread(x[0])).s; }, {.shapes = any}},
      {"svd", "left", [](const auto& x) { return square(svd(spread(x[0])).u); }, {.shapes = any, .large = many}},
      {"svd", "right", [](const auto& x) { return square(svd(spread(x[0])).vh); }, {.shapes = any}},
      {"svd",
       "all",
       [](const auto& x) {
         const auto [u, s, vh] = svd(spread(x[0]));
         return composed(u, sin(s), vh);
       },
       {.shapes = {{{3, 3}}, {{4, 2}}, {{2, 3}}, {{2, 1, 2}}, {{3, 0}}}}},
      {"svd",
       "of any matrix",
       [](const auto& x) { return svd(spread(tanh(x[0]))).s; },
       {.program = "svd(spread(tanh($0))).s"}},
      {"pinv",
       "one",
       [](const auto& x) { return pinv(dominant(x[0])); },
       {.shapes = {{{3, 3}}, {{4, 2}}, {{2, 3}}, {{2, 3, 2}}, {{3, 0}}}, .large = many}},
      {"pinv",
       "of lower rank",
       [](const auto& x) { return pinv(matmul(x[0] + 3, x[1] + 3)); },
       {.shapes = {{{3, 1}, {1, 2}}}}},
      {"pinv",
       "definite",
       [](const auto& x) { return pinv(definite(x[0])); },
       {.shapes = {{{2, 3}}}, .program = "pinv(definite($0))"}},
      {"pinv",
       "lstsq",
       [](const auto& x) { return lstsq(dominant(x[0]), x[1]); },
       {.shapes = {{{4, 2}, {4, 2}}, {{2, 3}, {2}}, {{2, 3, 2}, {3, 1}}}}}};
  return list;
}
