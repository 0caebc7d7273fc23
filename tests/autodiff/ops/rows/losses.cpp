#include "ops/families.h"

namespace {

using namespace tapegrad;

// Row i belongs to class 7 i, modulo the number of classes.
template <Real T>
Tensor<T> cross_entropy_of_sevenths(const Tensor<T>& x) {
  if (x.rank() != 2 || x.size() == 0) throw ShapeError("no rows and classes");
  Indices labels(Shape{x.shape()[0]});
  for (std::size_t i = 0; i < labels.size(); ++i) labels.mutable_data()[i] = int(i * 7 % x.shape()[1]);
  return cross_entropy(x, labels);
}

}  // namespace

const std::vector<rows::Row>& rows::Losses::rows() {
  const Domain inside{0.15, 0.85}, logits{-3, 3};
  static const std::vector<Row> list{
      {"binary_cross_entropy", "mean", [](const auto& x) { return binary_cross_entropy(x[0], x[1]); },
       {.shapes = {{{4, 1}, {4, 1}}, {{3, 7}, {3, 7}}}, .large = {{large, large}}, .domain = inside,
        .program = "binary_cross_entropy($0, $1)"}},
      {"binary_cross_entropy_with_logits", "mean",
       [](const auto& x) { return binary_cross_entropy_with_logits(x[0], x[1]); },
       {.shapes = {{{4, 1}, {4, 1}}, {{3, 7}, {3, 7}}}, .large = {{large, large}}, .domain = logits,
        .program = "binary_cross_entropy_with_logits($0, $1)"}},
      {"cross_entropy", "labels 2 0 4", [](const auto& x) { return cross_entropy(x[0], xt::xarray<int>{2, 0, 4}); }},
      {"cross_entropy", "labels 0 7 14", [](const auto& x) { return cross_entropy_of_sevenths(x[0]); },
       {.shapes = {{{4, 19}}}, .large = {{{1001, 37}}}, .domain = logits,
        .program = "cross_entropy($0, 7 * row % columns)"}}};
  return list;
}
