// Lesson 7: Adam by hand, Adam from the library, and the loop that writes itself.
// usage: 07_training [data folder]
#include <cmath>
#include <cstdio>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>
#include <tapegrad/optim/rule.h>

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

// An optimizer that looks only at the sign of an average of gradients.
struct SignRule {
  struct Options {
    double learning_rate = 0.01, beta = 0.9;
  };
  static constexpr std::array<std::string_view, 1> states{"momentum"};
  template <Real T>
  struct Step {
    T rate, beta, rest;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t) {
    return {T(o.learning_rate), T(o.beta), T(1 - o.beta)};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 1>& state) {
    state[0] = s.beta * state[0] + s.rest * g;
    p = p - s.rate * sign(state[0]);
  }
};
using SignDescent = optim::OptimizerOf<SignRule>;

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

  trainer.optimizer().learning_rate() = 1e-4;
  trainer.fit(scaled, y, {.epochs = 2, .verbose = 0});
  const optim::State state = trainer.optimizer().state();
  std::printf("the optimizer has made %.0f steps\n", std::get<Tensor<double>>(state.at("0.weight/step")).item());

  const Indices labels = xt::cast<int>(reshape(y, {768}).value());  // 0 or 1
  nn::Sequential classifier{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 2)};
  auto classes = nn::compile(classifier, {.loss = nn::cross_entropy,
                                          .optimizer = SignDescent({.learning_rate = 1e-3}),
                                          .metrics = {nn::accuracy}});
  auto scores = classes.fit(scaled, labels, {.epochs = 10, .verbose = 0});
  std::printf("accuracy %.2f\n", scores["accuracy"].back());
  return difference < 1e-12 && last < first && scores["accuracy"].back() > 0.7 ? 0 : 1;
}
