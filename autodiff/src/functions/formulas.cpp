// The formulas of all ops, by the names that the tape shows. Functions of one number have theirs in elementwise.h.
#include "tapegrad/functions/formula.h"

#include <algorithm>
#include <vector>

#include "tapegrad/functions/elementwise.h"

namespace tapegrad {
using namespace engine;
namespace {

struct Row {
  std::string_view op;
  Formula formula;
};

template <class... Op>
std::vector<Row> elementwise_rows() {
  return {{Op::name, Op::formula}...};
}

Formula::Input input(std::string_view name, std::string_view text, std::string_view latex) {
  return {name, {text, latex}};
}
Formula pointwise(Expression value, Formula::Input a, Formula::Input b = {}) { return {value, {a, b}, true}; }
Formula whole(Expression value, Formula::Input a, Formula::Input b = {}, Formula::Input c = {}) {
  return {value, {a, b, c}, false};
}

std::vector<Row> other_rows() {
  return {
      {"add", pointwise({"a + b", "a + b"}, input("a", "1", "1"), input("b", "1", "1"))},
      {"subtract", pointwise({"a - b", "a - b"}, input("a", "1", "1"), input("b", "-1", "-1"))},
      {"multiply", pointwise({"a * b", "a \\, b"}, input("a", "b", "b"), input("b", "a", "a"))},
      {"divide", pointwise({"a / b", "\\frac{a}{b}"}, input("a", "1 / b", "\\frac{1}{b}"),
                           input("b", "-a / b^2", "-\\frac{a}{b^2}"))},
      {"shift", pointwise({"x + k", "x + k"}, input("x", "1", "1"))},
      {"scale", pointwise({"k * x", "k \\, x"}, input("x", "k", "k"))},
      {"complement", pointwise({"k - x", "k - x"}, input("x", "-1", "-1"))},
      {"divide by number", pointwise({"x / k", "\\frac{x}{k}"}, input("x", "1 / k", "\\frac{1}{k}"))},
      {"pow", pointwise({"a^b", "{a}^{b}"}, input("a", "b * a^(b - 1)", "b \\, {a}^{b - 1}"),
                        input("b", "y * log(a)", "y \\ln a"))},
      {"power", pointwise({"x^k", "{x}^{k}"}, input("x", "k * x^(k - 1)", "k \\, {x}^{k - 1}"))},
      {"maximum", pointwise({"max(a, b)", "\\max(a, b)"}, input("a", "step(a - b)", "[a > b]"),
                            input("b", "step(b - a)", "[b > a]"))},
      {"minimum", pointwise({"min(a, b)", "\\min(a, b)"}, input("a", "step(b - a)", "[a < b]"),
                            input("b", "step(a - b)", "[b < a]"))},
      {"where", pointwise({"a where chosen, else b", "a \\text{ where chosen, else } b"},
                          input("a", "1 where chosen, else 0", "1 \\text{ where chosen, else } 0"),
                          input("b", "0 where chosen, else 1", "0 \\text{ where chosen, else } 1"))},
      {"clip", pointwise({"min(max(x, low), high)", "\\min(\\max(x, \\text{low}), \\text{high})"},
                         input("x", "1 inside the limits, else 0", "1 \\text{ inside the limits, else } 0"))},
      {"fuse",
       pointwise({"f of the inputs", "f \\text{ of the inputs}"}, input("x", "the partial of f", "\\partial f"))},

      {"sum", whole({"sum of x", "\\sum x"}, input("x", "g for every element", "g \\text{ for every element}"))},
      {"mean", whole({"mean of x", "\\overline{x}"},
                     input("x", "g / n for every element", "\\frac{g}{n} \\text{ for every element}"))},
      {"amax", whole({"largest of x", "\\max x"}, input("x", "g at the largest", "g \\text{ at the largest}"))},
      {"amin", whole({"smallest of x", "\\min x"}, input("x", "g at the smallest", "g \\text{ at the smallest}"))},
      {"sum_to", whole({"x summed over axes", "x \\text{ summed over axes}"},
                       input("x", "g along these axes", "g \\text{ along these axes}"))},
      {"broadcast_to", whole({"copies of x", "\\text{copies of } x"},
                             input("x", "g summed over the copies", "g \\text{ summed over the copies}"))},
      {"reshape", whole({"x in another shape", "x \\text{ in another shape}"},
                        input("x", "g in its own shape", "g \\text{ in its own shape}"))},
      {"transpose", whole({"x^T", "x^\\top"}, input("x", "g^T", "g^\\top"))},
      {"concatenate", whole({"x and what follows", "x \\text{ and what follows}"},
                            input("x", "its part of g", "\\text{its part of } g"))},
      {"slice", whole({"a part of x", "\\text{a part of } x"},
                      input("x", "g in the places read, else 0", "g \\text{ in the places read, else } 0"))},
      {"unslice", whole({"x among zeros", "x \\text{ among zeros}"},
                        input("x", "g in the places written", "g \\text{ in the places written}"))},
      {"cast", whole({"x in another type", "x \\text{ in another type}"},
                     input("x", "g in its own type", "g \\text{ in its own type}"))},

      {"matmul", whole({"a b", "a \\, b"}, input("a", "g b^T", "g \\, b^\\top"), input("b", "a^T g", "a^\\top g"))},
      {"linear",
       whole({"x w + b", "x \\, w + b"}, input("x", "g w^T", "g \\, w^\\top"), input("w", "x^T g", "x^\\top g"),
             input("b", "g summed over its rows", "g \\text{ summed over its rows}"))},

      {"on_gradient", whole({"x", "x"}, input("x", "what the hook makes of g", "\\text{hook}(g)"))},
      {"scale_gradient", whole({"x", "x"}, input("x", "factor * g", "\\text{factor} \\, g"))},
      {"checkpoint",
       whole({"f of the inputs", "f \\text{ of the inputs}"},
             input("x", "what the rules inside of f give", "\\text{what the rules inside of } f \\text{ give}"))},

      {"fuse_sum",
       whole({"sum of f of the inputs", "\\sum f"}, input("x", "g * the partial of f", "g \\, \\partial f"))},
      {"softmax", whole({"exp(z) / sum of exp(z)", "\\frac{e^{z}}{\\sum e^{z}}"},
                        input("z", "y * (g - sum of g * y)", "y \\left(g - \\sum g \\, y\\right)"))},
      {"cross_entropy",
       whole({"mean of -log softmax(z) at the label", "-\\overline{\\ln \\text{softmax}(z)_\\text{label}}"},
             input("z", "g / n * (softmax(z) - 1 at the label)",
                   "\\frac{g}{n} \\left(\\text{softmax}(z) - [\\text{label}]\\right)"))},
      {"binary_cross_entropy",
       whole({"mean of -t * log(p) - (1 - t) * log(1 - p)", "\\overline{-t \\ln p - (1 - t) \\ln(1 - p)}"},
             input("p", "g / n * (p - t) / (p * (1 - p))", "\\frac{g}{n} \\frac{p - t}{p (1 - p)}"),
             input("t", "g / n * (log(1 - p) - log(p))", "\\frac{g}{n} \\ln \\frac{1 - p}{p}"))},
      {"binary_cross_entropy_with_logits",
       whole({"mean of softplus(z) - z * t", "\\overline{\\ln(1 + e^{z}) - z t}"},
             input("z", "g / n * (sigmoid(z) - t)", "\\frac{g}{n} \\left(\\sigma(z) - t\\right)"),
             input("t", "-g / n * z", "-\\frac{g}{n} z"))},
  };
}

std::vector<Row> all_rows() {
  using namespace elementwise;
  std::vector<Row> rows = elementwise_rows<Negative, Exp, Log, Sqrt, Square, Abs, Sign, Step, Sin, Cos, Tanh, Sigmoid,
                                           Relu, Softplus>();
  for (const Row& row : other_rows()) rows.push_back(row);
  return rows;
}

}  // namespace

const Formula* formula(std::string_view op) {
  static const std::vector<Row> rows = all_rows();
  const auto found = std::ranges::find(rows, op, &Row::op);
  return found == rows.end() ? nullptr : &found->formula;
}

}  // namespace tapegrad
