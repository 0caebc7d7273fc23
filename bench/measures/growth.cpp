// How the cost grows with the work: the slope of log time against log size is 1 where cost is in proportion.
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cases/data.h"
#include "measures/measures.h"
#include "turns.h"

using namespace tapegrad;

namespace bench {
namespace {

using Curve = std::vector<std::pair<double, double>>;  // size, microseconds of one call

// Least squares through the logarithms.
double slope(const Curve& curve) {
  double n = double(curve.size()), x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [size, time] : curve) {
    const double p = std::log(size), q = std::log(time);
    x += p;
    y += q;
    xx += p * p;
    xy += p * q;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

nlohmann::ordered_json print(const char* what, const char* unit, const Curve& curve, bool per_size) {
  std::printf("\n  %s: log-log slope %.2f, of the upper half %.2f\n   ", what, slope(curve),
              slope(Curve(curve.begin() + long(curve.size()) / 2, curve.end())));
  nlohmann::ordered_json json{{"slope", slope(curve)}, {"unit", unit}, {"points", nlohmann::ordered_json::array()}};
  for (const auto& [size, time] : curve) {
    const double shown = per_size ? time / size : time;
    std::printf(" %g: %.4g", size, shown);
    json["points"].push_back({size, shown});
  }
  std::printf(" %s\n", unit);
  std::fflush(stdout);
  return json;
}

Work chain(int depth) {
  return [x0 = variable(Tensor<float>::full({1}, 0.5f)), depth] {
    Tape tape;
    Tensor<float> x = x0;
    for (int i = 0; i < depth; ++i) x = i % 2 ? x + 0.1f : x * 0.999f;
    keep(tape.backward(x)[x0].item());
  };
}

struct DenseStep {
  DenseStep(std::size_t width, std::size_t batch) : layer(width, width, {}, random), adam(nn::parameters(layer)) {
    x = uniform({batch, width}, 1, random);
  }
  void run() {
    Tape tape;
    const auto loss = mean(square(layer(x)));
    adam.step(tape.backward(loss));
  }
  nn::Random random{1};
  nn::Dense layer;
  optim::Adam adam;
  Tensor<float> x;
};

struct SeedStep {
  explicit SeedStep(std::size_t batch) : adam(nn::parameters(*this)) {
    x = uniform({batch, 8}, 1, random);
    y = Tensor<float>::full({batch, 1}, 1);
  }
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("last", last);
  }
  void run() {
    Tape tape;
    adam.step(tape.backward(binary_cross_entropy(sigmoid(last(relu(hidden(x)))), y)));
  }
  nn::Random random{1};
  nn::Dense hidden{8, 16, {}, random}, last{16, 1, {}, random};
  optim::Adam adam;
  Tensor<float> x, y;
};

}  // namespace

nlohmann::ordered_json measure_growth() {
  std::printf("\nhow the cost grows (minima)");
  nlohmann::ordered_json json;
  Curve depth, width, batch;
  for (int n = 1; n <= 1000000; n *= 10) depth.emplace_back(n, alone(chain(n), 0.15).minimum);
  json["depth"] = print("depth of a chain, 1 to 1e6 ops", "us an op", depth, true);
  for (std::size_t n = 8; n <= 2048; n *= 2) {
    width.emplace_back(n, alone([step = std::make_shared<DenseStep>(n, 32)] { step->run(); }, 0.15).minimum);
  }
  json["width"] = print("width of a Dense step, batch 32, 8 to 2048", "us a step", width, false);
  for (std::size_t n = 1; n <= 4096; n *= 4) {
    batch.emplace_back(n, alone([step = std::make_shared<SeedStep>(n)] { step->run(); }, 0.15).minimum);
  }
  json["batch"] = print("batch of the step of case a, 1 to 4096", "us a step", batch, false);
  return json;
}

}  // namespace bench
