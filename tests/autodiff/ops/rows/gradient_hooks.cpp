#include <tapegrad/tape/gradient_hooks.h>

#include "ops/families.h"

// Rows with shapes undo what they do to the gradient, so that it is that of the values. None is a step of random
// programs, where forward and reverse mode are compared.
const std::vector<rows::Row>& rows::GradientHooks::rows() {
  static const std::vector<Row> list{
      {"on_gradient", "twice and half", [](const auto& x) {
         auto twice = [](const auto& g) { return g * 2; };
         auto half = [](const auto& g) { return g / 2; };
         return on_gradient(on_gradient(sin(x[0]), twice), half);
       },
       {.shapes = {{{2, 3}}, {{0, 3}}}, .large = {{large}}}},
      {"scale_gradient", "there and back", [](const auto& x) {
         return scale_gradient(reverse_gradient(sin(x[0]), 4), -0.25);
       },
       {.shapes = {{{2, 3}}, {{0, 3}}}, .large = {{large}}, .no_reference = "its derivatives are those of sin"}},
      {"scale_gradient", "half and reversed", [](const auto& x) {
         return sin(scale_gradient(x[0], 0.5)) * reverse_gradient(x[0], 3);
       }}};
  return list;
}
