// Single ops, forward and backward, on Google Benchmark.
#include <benchmark/benchmark.h>
#include <tapegrad/autodiff.h>

#include "cases/data.h"

using namespace tapegrad;

namespace {

template <class F>
void time_op(benchmark::State& state, F f, const std::vector<Shape>& shapes) {
  nn::Random random(1);
  std::vector<Tensor<float>> inputs;
  for (const Shape& shape : shapes) inputs.push_back(variable(bench::uniform(shape, 1, random)));
  const Tensor<float> seed = bench::uniform(f(inputs).shape(), 1, random);
  for (auto _ : state) {
    Tape tape;
    const Gradients g = tape.backward(f(inputs), {.seed = seed});
    benchmark::DoNotOptimize(g[inputs[0]].data());
  }
  state.SetItemsProcessed(state.iterations() * long(inputs[0].size()));
}

template <class F>
void add(const char* name, F f, std::vector<Shape> shapes) {
  benchmark::RegisterBenchmark(name, [f, shapes](benchmark::State& state) {
    time_op(state, f, shapes);
  })->Unit(benchmark::kMicrosecond);
}

using In = const std::vector<Tensor<float>>&;

void add_all() {
  const Shape wide{4096, 1024}, flat{1000000};
  add("matmul 512x512x512", [](In x) { return matmul(x[0], x[1]); }, {{512, 512}, {512, 512}});
  add("matmul 8x8x8", [](In x) { return matmul(x[0], x[1]); }, {{8, 8}, {8, 8}});
  add("linear 32x8x16", [](In x) { return linear(x[0], x[1], x[2]); }, {{32, 8}, {8, 16}, {16}});
  add("linear 128x784x512", [](In x) { return linear(x[0], x[1], x[2]); }, {{128, 784}, {784, 512}, {512}});
  add("relu 4096x1024", [](In x) { return relu(x[0]); }, {wide});
  add("tanh 1e6", [](In x) { return tanh(x[0]); }, {flat});
  add("exp 1e6", [](In x) { return exp(x[0]); }, {flat});
  add("sigmoid 1e6", [](In x) { return sigmoid(x[0]); }, {flat});
  add("add 1e6", [](In x) { return x[0] + x[1]; }, {flat, flat});
  add("multiply 1e6", [](In x) { return x[0] * x[1]; }, {flat, flat});
  add("multiply by a row 4096x1024", [](In x) { return x[0] * x[1]; }, {wide, {1024}});
  add("add a column 4096x1024", [](In x) { return x[0] + x[1]; }, {wide, {4096, 1}});
  add("sum 1e6", [](In x) { return sum(x[0]); }, {flat});
  add("sum over axis 0, 4096x1024", [](In x) { return sum(x[0], {0}); }, {wide});
  add("sum over axis 1, 4096x1024", [](In x) { return sum(x[0], {1}); }, {wide});
  add("transpose 4096x1024", [](In x) { return transpose(x[0]); }, {wide});
  add("slice 2048 rows, 500 columns of 4096x1024",
      [](In x) { return view(x[0], xt::range(0, 2048), xt::range(100, 600)); }, {wide});
  add("concatenate 2 of 2048x1024",
      [](In x) {
        return concatenate<float>({x[0], x[1]});
      },
      {{2048, 1024}, {2048, 1024}});
}

}  // namespace

int main(int argc, char** argv) {
  add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
