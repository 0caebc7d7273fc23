// Lesson 7: Adam by hand, Adam from the library, and the loop that writes itself.
// usage: 07_training [data folder]
#include <cmath>
#include <cstdio>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

// One parameter with the two averages that Adam keeps.
struct AdamByHand {
  Tensor<double> w, m = Tensor<double>::full(w.shape(), 0), v = Tensor<double>::full(w.shape(), 0);
  int t = 0;
  void step(const Tensor<double>& g) {
    const double rate = 0.1, beta1 = 0.9, beta2 = 0.999;
    ++t;
    m = m * beta1 + g * (1 - beta1);          // average of gradients
    v = v * beta2 + square(g) * (1 - beta2);  // average of their squares
    const Tensor<double> mean = m / (1 - std::pow(beta1, t)), variance = v / (1 - std::pow(beta2, t));
    w.set_value(constant(w) - rate * mean / (sqrt(variance) + 1e-8));
  }
};

// A valley that is steep along one axis: (1, 1) is its lowest point.
Tensor<double> valley(const Tensor<double>& w) { return sum(square(w - 1) * xt::xarray<double>({1., 100.})); }

int main(int argc, char** argv) {
  const xt::xarray<double> start{-1., 2.};
  const auto mine = variable(start, "mine"), theirs = variable(start, "theirs");
  AdamByHand by_hand{mine};
  optim::Adam adam(optim::Parameters{{"theirs", theirs}}, {.learning_rate = 0.1});
  double difference = 0;
  for (int i = 1; i <= 100; ++i) {
    {
      Tape tape;
      const Gradients g = tape.backward(valley(mine));
      by_hand.step(g[mine]);
    }
    {
      Tape tape;
      adam.step(tape.backward(valley(theirs)));
    }
    for (std::size_t k = 0; k < 2; ++k) difference = std::max(difference, std::abs(mine.data()[k] - theirs.data()[k]));
    if (i % 25 == 0) std::printf("step %3d: %.3f %.3f\n", i, mine.data()[0], mine.data()[1]);
  }
  std::printf("the library's Adam took the same steps: %s\n", difference < 1e-12 ? "yes" : "no");

  const std::string data = argc > 1 ? argv[1] : "examples/data";
  nn::seed(1);
  const Tensor<float> table = nn::read_csv(data + "/pima/pima.csv").values;
  const Tensor<float> x = view(table, xt::all(), xt::range(0, 8)), y = view(table, xt::all(), xt::range(8, 9));
  const Tensor<float> centre = mean(x, {0}), scaled = (x - centre) / sqrt(mean(square(x - centre), {0}));
  nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 1), nn::Sigmoid()};
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy,
                                     .optimizer = optim::Adam({.learning_rate = 1e-3}),
                                     .metrics = {nn::accuracy}});
  auto history = trainer.fit(scaled, y, {.epochs = 10, .batch_size = 32, .verbose = 0});
  const double first = history["loss"].front(), last = history["loss"].back();
  std::printf("loss %.2f after the first epoch, %.2f after the tenth\n", first, last);
  return difference < 1e-12 && last < first ? 0 : 1;
}
