#include "ops/families.h"

namespace {

using namespace tapegrad::elementwise;

// The function of a struct: all shapes of one input, in its domain.
template <class F, class G>
rows::Row of(G function) {
  const std::string name(F::name);
  return {name, "elements", [function](const auto& x) { return function(x[0]); },
          {.shapes = {{{5}}, {{3, 4}}, {{3, 37}}, {rows::Shape{}}, {{0, 3}}, {{2, 1, 2, 1, 2}}},
           .large = {{rows::large}}, .domain = F::domain, .program = name + "($0)"}};
}

}  // namespace

const std::vector<rows::Row>& rows::Elementwise::rows() {
  static const std::vector<Row> list{
      of<Negative>([](const auto& x) { return negative(x); }), of<Exp>([](const auto& x) { return exp(x); }),
      of<Log>([](const auto& x) { return log(x); }),           of<Sqrt>([](const auto& x) { return sqrt(x); }),
      of<Square>([](const auto& x) { return square(x); }),     of<Abs>([](const auto& x) { return abs(x); }),
      of<Sign>([](const auto& x) { return sign(x); }),         of<Step>([](const auto& x) { return step(x); }),
      of<Sin>([](const auto& x) { return sin(x); }),           of<Cos>([](const auto& x) { return cos(x); }),
      of<Tanh>([](const auto& x) { return tanh(x); }),         of<Sigmoid>([](const auto& x) { return sigmoid(x); }),
      of<Relu>([](const auto& x) { return relu(x); }),         of<Softplus>([](const auto& x) { return softplus(x); })};
  return list;
}
