// Cases j2_index_select, gather, sort and k: rows, elements and an order that integers choose, with the gradient for an
// adjoint that is given; and the training step of a table of which a batch reads some rows.
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

#include "cases/op_case.h"
#include "floors/ops.h"

using namespace tapegrad;

namespace bench {
namespace {

Indices random_places(const Shape& shape, std::size_t below, nn::Random& random) {
  Indices places(shape);
  std::generate_n(places.mutable_data(), places.size(), [&] { return int(random.uniform(0, double(below))); });
  return places;
}

constexpr std::size_t rows = 4096, columns = 1024;

struct Chosen {
  Tensor<float> x, seed;
  Indices of_rows{Shape{rows}}, of_elements{Shape{rows, columns}};
  Chosen() {
    nn::Random random(7);
    x = variable(uniform({rows, columns}, 1, random), "x");
    seed = uniform({rows, columns}, 1, random);
    of_rows = random_places({rows}, rows, random);
    of_elements = random_places({rows, columns}, columns, random);
  }
};
struct Unsorted {
  Tensor<float> x, seed;
  Unsorted() {
    nn::Random random(7);
    x = variable(uniform({1024, 1000}, 1, random), "x");
    seed = uniform({1024, 1000}, 1, random);
  }
};

constexpr std::size_t words = 50000, width = 128, read = 4096;

struct Table {
  Tensor<float> table, seed;
  Indices tokens{Shape{read}};
  optim::Adam adam;
  Table() {
    nn::Random random(7);
    table = variable(uniform({words, width}, 1, random), "table");
    seed = uniform({read, width}, 1, random);
    tokens = random_places({read}, words, random);
    adam.bind({{"table", table}});
  }
};
Results table_step(Table& in) {
  Tape tape;
  const auto y = embedding(in.table, in.tokens);
  in.adam.step(tape.backward(y, {.seed = in.seed}));
  return {y, in.table};
}

}  // namespace

std::vector<Case> index_cases() {
  return {
      op_case<Chosen, floors::RowSelection>(
          {.name = "j2_index_select",
           .title = "4096 rows of (4096, 1024) at random, gradient",
           .allowed = 1e-5,
           .ours =
               [](Chosen& in) {
                 return value_and_gradients({in.x}, in.seed, [&] { return index_select(in.x, 0, in.of_rows); });
               },
           .floor = [] { return floors::RowSelection(rows, columns, rows); },
           .run = [](auto& floor, const Chosen& in) { floor.run(in.x.data(), in.of_rows.data(), in.seed.data()); }}),
      op_case<Chosen, floors::Gather>(
          {.name = "gather",
           .title = "gather along axis 1 of (4096, 1024), gradient",
           .allowed = 1e-5,
           .ours =
               [](Chosen& in) {
                 return value_and_gradients({in.x}, in.seed, [&] { return gather(in.x, 1, in.of_elements); });
               },
           .floor = [] { return floors::Gather(rows, columns); },
           .run = [](auto& floor,
                     const Chosen& in) { floor.run(in.x.data(), in.of_elements.data(), in.seed.data()); }}),
      op_case<Unsorted, floors::SortedRows>(
          {.name = "sort",
           .title = "sort of (1024, 1000) along axis 1, gradient",
           .allowed = 0,
           .ours =
               [](Unsorted& in) {
                 return value_and_gradients({in.x}, in.seed, [&] { return tapegrad::sort(in.x, 1); });
               },
           .floor = [] { return floors::SortedRows(1024, 1000); },
           .run = [](auto& floor, const Unsorted& in) { floor.run(in.x.data(), in.seed.data()); }}),
      op_case<Table, floors::TableStep>(
          {.name = "k",
           .title = "4096 rows of an embedding (50000, 128), Adam on these",
           .allowed = 1e-5,
           .ours = table_step,
           .floor = [] { return floors::TableStep(words, width, read); },
           .run = [](auto& floor, const Table& in) { floor.run(in.table.data(), in.tokens.data(), in.seed.data()); }})};
}

}  // namespace bench
