// What derivatives cost next to the function itself, on Google Benchmark: the network of case b, its loss as a function of
// its input, and a small one whose Jacobian and Hessian are asked for.
#include <benchmark/benchmark.h>
#include <tapegrad/autodiff.h>

#include "cases/data.h"

using namespace tapegrad;

namespace {

struct Network {
  explicit Network(const std::vector<std::size_t>& widths) {
    nn::Random random(1);
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      const float scale = 1 / std::sqrt(static_cast<float>(widths[i]));
      weights.push_back(bench::uniform({widths[i], widths[i + 1]}, scale, random));
      biases.push_back(bench::uniform({widths[i + 1]}, scale, random));
    }
  }
  Tensor<float> operator()(Tensor<float> x) const {
    for (std::size_t i = 0; i < weights.size(); ++i) x = tanh(linear(x, weights[i], biases[i]));
    return x;
  }
  std::vector<Tensor<float>> weights, biases;
};

void add(const std::string& name, std::function<float()> work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(work());
  })->Unit(benchmark::kMicrosecond);
}

void add_all(const std::string& of, const Network& network, const Tensor<float>& x, bool whole) {
  auto loss = [network](const Tensor<float>& at) { return mean(square(network(at))); };
  const auto first = [](const Tensor<float>& t) { return *t.data(); };
  add(of + ": the function", [=] { return loss(x).item(); });
  add(of + ": jvp", [=] { return jvp(loss, x, x).second.item(); });
  add(of + ": grad", [=] { return first(grad(loss)(x)); });
  add(of + ": hvp", [=] { return first(hvp(loss)(x, x)); });
  if (!whole) return;
  add(of + ": jacobian", [=] { return first(jacobian(network)(x)); });
  add(of + ": hessian", [=] { return first(hessian(loss)(x)); });
}

}  // namespace

int main(int argc, char** argv) {
  nn::Random random(2);
  add_all("784-512-512-10, batch 128", Network({784, 512, 512, 10}), bench::uniform({128, 784}, 1, random), false);
  add_all("20-64-30, one row", Network({20, 64, 30}), bench::uniform({20}, 1, random), true);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
