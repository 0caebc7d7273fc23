// Cases j2_slice and j2_row_multiply: half of the columns of a matrix, and a matrix times a row, with gradients for an
// adjoint that is given.
#include <tapegrad/autodiff.h>

#include "cases/op_case.h"
#include "floors/ops.h"

using namespace tapegrad;

namespace bench {
namespace {

constexpr std::size_t rows = 4096, columns = 1024, first = 256, taken = 512;

struct Inputs {
  Inputs() {
    nn::Random random(7);
    x = variable(uniform({rows, columns}, 1, random), "x");
    row = variable(uniform({columns}, 1, random), "row");
    seed = uniform({rows, columns}, 1, random);
    part_seed = uniform({rows, taken}, 1, random);
  }
  Tensor<float> x, row, seed, part_seed;
};

Results slice_and_gradient(Inputs& in) {
  return value_and_gradients({in.x}, in.part_seed,
                             [&] { return view(in.x, xt::all(), xt::range(first, first + taken)); });
}
Results product_and_gradients(Inputs& in) {
  return value_and_gradients({in.x, in.row}, in.seed, [&] { return in.x * in.row; });
}

}  // namespace

std::vector<Case> shape_cases() {
  return {op_case<Inputs, floors::ColumnSlice>(
              {.name = "j2_slice",
               .title = "512 of 1024 columns of 4096 rows, gradient",
               .allowed = 0,
               .ours = slice_and_gradient,
               .floor = [] { return floors::ColumnSlice(rows, columns, first, taken); },
               .run = [](auto& floor, const Inputs& in) { floor.run(in.x.data(), in.part_seed.data()); }}),
          op_case<Inputs, floors::RowProduct>(
              {.name = "j2_row_multiply",
               .title = "(4096, 1024) times a row, 2 gradients",
               .allowed = 1e-5,
               .ours = product_and_gradients,
               .floor = [] { return floors::RowProduct(rows, columns); },
               .run = [](auto& floor, const Inputs& in) { floor.run(in.x.data(), in.row.data(), in.seed.data()); }})};
}

}  // namespace bench
