// Cases j_softmax, j_sum0, j2_relu and cumsum: ops along an axis of a matrix, with the gradient for an adjoint that is
// given.
#include <tapegrad/autodiff.h>

#include "cases/op_case.h"
#include "floors/ops.h"

using namespace tapegrad;

namespace bench {
namespace {

template <std::size_t rows, std::size_t columns>
struct Matrix {
  Matrix() {
    nn::Random random(7);
    x = variable(uniform({rows, columns}, 3, random), "x");
    seed = uniform({rows, columns}, 1, random);
    row_seed = uniform({columns}, 1, random);
  }
  Tensor<float> x, seed, row_seed;
};
using Logits = Matrix<1024, 1000>;
using Wide = Matrix<4096, 1024>;

}  // namespace

std::vector<Case> line_cases() {
  return {
      op_case<Logits, floors::Softmax>(
          {.name = "j_softmax",
           .title = "softmax of (1024, 1000), gradient",
           .allowed = 1e-5,
           .ours = [](Logits& in) { return value_and_gradients({in.x}, in.seed, [&] { return softmax(in.x); }); },
           .floor = [] { return floors::Softmax(1024, 1000); },
           .run = [](auto& floor, const Logits& in) { floor.run(in.x.data(), in.seed.data()); }}),
      op_case<Wide, floors::ColumnSums>(
          {.name = "j_sum0",
           .title = "sum of (4096, 1024) over axis 0, gradient",
           .allowed = 1e-5,
           .ours = [](Wide& in) { return value_and_gradients({in.x}, in.row_seed, [&] { return sum(in.x, {0}); }); },
           .floor = [] { return floors::ColumnSums(4096, 1024); },
           .run = [](auto& floor, const Wide& in) { floor.run(in.x.data(), in.row_seed.data()); }}),
      op_case<Wide, floors::Relu>(
          {.name = "j2_relu",
           .title = "relu of (4096, 1024), gradient",
           .allowed = 0,
           .ours = [](Wide& in) { return value_and_gradients({in.x}, in.seed, [&] { return relu(in.x); }); },
           .floor = [] { return floors::Relu(4096 * 1024); },
           .run = [](auto& floor, const Wide& in) { floor.run(in.x.data(), in.seed.data()); }}),
      op_case<Wide, floors::RunningSums>(
          {.name = "cumsum",
           .title = "cumsum of (4096, 1024) along axis 1, gradient",
           .allowed = 1e-5,
           .ours = [](Wide& in) { return value_and_gradients({in.x}, in.seed, [&] { return cumsum(in.x, 1); }); },
           .floor = [] { return floors::RunningSums(4096, 1024); },
           .run = [](auto& floor, const Wide& in) { floor.run(in.x.data(), in.seed.data()); }})};
}

}  // namespace bench
