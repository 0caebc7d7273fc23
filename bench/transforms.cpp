// What derivatives cost next to the function itself, on Google Benchmark: the network of case b, its loss as a function
// of its input, a small one whose Jacobian and Hessian are asked for, and functions of scalars: the Jacobian of one
// with many results, and a long recurrence that is preaccumulated. And what vmap saves next to a loop over examples:
// the gradient of every sample, and a Jacobian of a network at every point.
#include <benchmark/benchmark.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/scalars/preaccumulate.h>
#include <tapegrad/transforms/vmap.h>

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

// 200 scalars to 40, 16000 edges: many adjoints in a sweep against a sweep for each.
void add_jacobian_of_scalars() {
  auto f = [](const auto& x) {
    std::vector<Scalar<double>> y;
    for (std::size_t i = 0; i < 40; ++i) {
      Scalar<double> sum = 0;
      for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * x[(k + i) % x.size()];
      y.push_back(sin(sum));
    }
    return y;
  };
  std::vector<double> x;
  for (int k = 0; k < 200; ++k) x.push_back(0.01 * k);
  add("200 scalars to 40: recorded", [=] { return static_cast<float>(vjp(f, x).first[0].value()); });
  add("200 scalars to 40: jacobian", [=] { return static_cast<float>(*jacobian(f)(x).data()); });
  add("200 scalars to 40: a pull for each result", [=] {
    const auto [y, pull] = vjp(f, x);
    double total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      std::vector<double> direction(y.size());
      direction[i] = 1;
      total += pull(direction)[0];
    }
    return static_cast<float>(total);
  });
}

// f of every row of x: by vmap, and in a loop.
template <class F>
void add_by_rows(const std::string& of, const F& f, const Tensor<float>& x) {
  add(of + ": vmap", [=] { return *vmap(f)(x).data(); });
  add(of + ": a loop", [=] {
    std::vector<Tensor<float>> all;
    for (std::size_t i = 0; i < x.shape()[0]; ++i) all.push_back(f(x[static_cast<long>(i)]));
    return *stack(all).data();
  });
}

void add_vmap() {
  nn::Random random(2);
  const Network network({128, 64, 16}), small({16, 32, 32, 16});
  add_by_rows("the weights' gradients of 256 samples, 128-64-16",
              [network](const Tensor<float>& of_one) {
                const auto loss = [&](const std::vector<Tensor<float>>& w) {
                  Network own = network;
                  own.weights = w;
                  return mean(square(own(of_one)));
                };
                return grad(loss)(network.weights)[0];
              },
              bench::uniform({256, 128}, 1, random));
  add_by_rows("jacobians at 64 points, 16-32-32-16", [small](const Tensor<float>& at) { return jacobian(small)(at); },
              bench::uniform({64, 16}, 1, random));
  const Network wide({64, 256, 64});
  const Tensor<float> x = bench::uniform({64}, 1, random), every = eye<float>(64);
  add("a jacobian, 64-256-64", [=] { return *jacobian(wide)(x).data(); });
  add_by_rows("that by pushes", [=](const Tensor<float>& along) { return jvp(wide, x, along).second; }, every);
  add_by_rows("that by pulls", [=](const Tensor<float>& along) { return vjp(wide, x).second(along); }, every);
}

// A pendulum: 1000 stretches of 100 steps.
void add_preaccumulation() {
  using S = Scalar<double>;
  auto stretch = [](std::array<S, 2> state, const S& friction) {
    for (int i = 0; i < 100; ++i) {
      state[1] = state[1] - 0.001 * (sin(state[0]) + friction * state[1]);
      state[0] = state[0] + 0.001 * state[1];
    }
    return state;
  };
  auto swing = [stretch](bool local, int sweeps) {
    Tape tape;
    const S friction = variable(0.1);
    std::array<S, 2> state{variable(0.5), variable(0.)};
    for (int i = 0; i < 1000; ++i) {
      if (local) state = preaccumulate([&] { return stretch(state, friction); });
      else state = stretch(state, friction);
    }
    double slope = 0;
    for (int i = 0; i < sweeps; ++i) slope += tape.backward(state[0], {.keep = true})[friction];
    return static_cast<float>(slope);
  };
  for (int sweeps : {1, 10}) {
    const std::string name = "pendulum of 1e5 steps, sweeps: " + std::to_string(sweeps);
    add(name + ", whole", [=] { return swing(false, sweeps); });
    add(name + ", preaccumulated", [=] { return swing(true, sweeps); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  nn::Random random(2);
  add_all("784-512-512-10, batch 128", Network({784, 512, 512, 10}), bench::uniform({128, 784}, 1, random), false);
  add_all("20-64-30, one row", Network({20, 64, 30}), bench::uniform({20}, 1, random), true);
  add_jacobian_of_scalars();
  add_preaccumulation();
  add_vmap();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
