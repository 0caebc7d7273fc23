// Case g: sum of sigmoid(a x + b) tanh(x) + exp(-x x) over a million elements, with three gradients.
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <memory>

#include "case.h"
#include "cases/data.h"
#include "floors/floors.h"

using namespace tapegrad;

namespace bench {
namespace {

constexpr std::size_t count = 1000000;

struct Inputs {
  Inputs() {
    nn::Random random(7);
    x = variable(uniform({count}, 3, random), "x");
    a = variable(uniform({count}, 1, random), "a");
    b = variable(uniform({count}, 1, random), "b");
  }
  Tensor<float> x, a, b;
};

constexpr auto formula = [](auto x, auto a, auto b) { return sigmoid(a * x + b) * tanh(x) + exp(-x * x); };

Gradients fused(const Inputs& in) {
  Tape tape;
  return tape.backward(fuse_sum(formula, in.x, in.a, in.b));
}
Gradients composed(const Inputs& in) {
  Tape tape;
  return tape.backward(sum(formula(in.x, in.a, in.b)));
}

Agreement check() {
  const Inputs in;
  floors::FusedGradients floor(count);
  const double by_hand = floor.run(in.x.data(), in.a.data(), in.b.data());
  const double ours = fuse_sum(formula, in.x, in.a, in.b).item();
  double worst = std::abs(ours / by_hand - 1);
  const Gradients g = fused(in);
  worst = std::max(worst, largest_difference(g[in.x].data(), floor.dx, count));
  worst = std::max(worst, largest_difference(g[in.a].data(), floor.da, count));
  worst = std::max(worst, largest_difference(g[in.b].data(), floor.db, count));
  return {worst, 1e-5};
}

}  // namespace

Case fused_case() {
  return {.name = "g",
          .title = "sigmoid(a x + b) tanh(x) + exp(-x x), 3 gradients, 1e6",
          .operations = 1,
          .ours = []() -> Work { return [in = Inputs()] { keep(fused(in)[in.x].data()[5]); }; },
          .floors = []() -> std::vector<Contestant> {
            return {{"floor", [floor = std::make_shared<floors::FusedGradients>(count), in = Inputs()] {
                       keep(floor->run(in.x.data(), in.a.data(), in.b.data()));
                     }}};
          },
          .also = []() -> std::vector<Contestant> {
            return {{"ours, one op at a time", [in = Inputs()] { keep(composed(in)[in.x].data()[5]); }}};
          },
          .check = check};
}

}  // namespace bench
