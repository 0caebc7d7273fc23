// Cases j2_slice and j2_row_multiply: half of the columns of a matrix, and a matrix times a row, with gradients for an
// adjoint that is given.
#include <tapegrad/autodiff.h>

#include <memory>

#include "case.h"
#include "cases/data.h"
#include "floors/floors.h"

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

Tensor<float> slice_gradient(const Inputs& in) {
  Tape tape;
  return tape.gradient(view(in.x, xt::all(), xt::range(first, first + taken)), in.x, {.seed = in.part_seed});
}
std::vector<Tensor<float>> product_gradients(const Inputs& in) {
  Tape tape;
  return tape.gradient(in.x * in.row, {in.x, in.row}, {.seed = in.seed});
}

Agreement check_slice() {
  const Inputs in;
  floors::ColumnSlice floor(rows, columns, first, taken);
  floor.run(in.x.data(), in.part_seed.data());
  return {largest_difference(slice_gradient(in).data(), floor.dx, rows * columns), 0};
}
Agreement check_product() {
  const Inputs in;
  floors::RowProduct floor(rows, columns);
  floor.run(in.x.data(), in.row.data(), in.seed.data());
  const auto g = product_gradients(in);
  return {std::max(largest_difference(g[0].data(), floor.dx, rows * columns),
                   largest_difference(g[1].data(), floor.drow, columns) / largest(floor.drow, columns)), 1e-5};
}

}  // namespace

std::vector<Case> shape_cases() {
  return {{.name = "j2_slice",
           .title = "512 of 1024 columns of 4096 rows, gradient",
           .operations = 1,
           .ours = []() -> Work { return [in = Inputs()] { keep(slice_gradient(in).data()[5]); }; },
           .floors = []() -> std::vector<Contestant> {
             auto floor = std::make_shared<floors::ColumnSlice>(rows, columns, first, taken);
             return {{"floor", [floor, in = Inputs()] {
                        floor->run(in.x.data(), in.part_seed.data());
                        keep(floor->dx[5]);
                      }}};
           },
           .also = {},
           .check = check_slice},
          {.name = "j2_row_multiply",
           .title = "(4096, 1024) times a row, 2 gradients",
           .operations = 1,
           .ours = []() -> Work { return [in = Inputs()] { keep(product_gradients(in)[1].data()[5]); }; },
           .floors = []() -> std::vector<Contestant> {
             auto floor = std::make_shared<floors::RowProduct>(rows, columns);
             return {{"floor", [floor, in = Inputs()] {
                        floor->run(in.x.data(), in.row.data(), in.seed.data());
                        keep(floor->drow[5]);
                      }}};
           },
           .also = {},
           .check = check_product}};
}

}  // namespace bench
