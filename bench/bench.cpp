// Ours and the hand-written floor, on the same work, in turn in one run.
// usage: tapegrad_bench
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include "floor.h"

using namespace tapegrad;

namespace {

struct Times {
  double median, minimum;
};

Times summarize(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times.front()};
}

// Microseconds of one call of each, measured in turn over many rounds.
std::pair<Times, Times> in_turn(const std::function<void()>& ours, const std::function<void()>& floor) {
  std::vector<double> a, b;
  auto timed = [](const std::function<void()>& f) {
    constexpr int inner = 100;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < inner; ++i) f();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / inner;
  };
  for (int round = 0; round < 300; ++round) {
    floor();  // untimed: each finds its own data in the cache
    b.push_back(timed(floor));
    ours();
    a.push_back(timed(ours));
  }
  return {summarize(a), summarize(b)};
}

// Case a: one training step of the seed network; a1: with a batch of one.
bool seed_network(const char* name, int batch) {
  nn::seed(1);
  nn::Random random(7);
  Tensor<float> x = Tensor<float>::empty({std::size_t(batch), 8}), y = Tensor<float>::empty({std::size_t(batch), 1});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = float(random.uniform(-1, 1));
  for (std::size_t i = 0; i < y.size(); ++i) y.mutable_data()[i] = float(i % 2);

  nn::Dense hidden(8, 16), last(16, 1);
  floors::SeedNetwork floor;
  std::copy_n(hidden.weight.tensor().data(), 128, floor.p);
  std::copy_n(last.weight.tensor().data(), 16, floor.p + 144);
  optim::Parameters parameters{{"w1", hidden.weight}, {"b1", hidden.bias}, {"w2", last.weight}, {"b2", last.bias}};
  optim::Adam adam(parameters);
  auto step = [&] {
    Tape tape;
    auto loss = binary_cross_entropy_with_logits(last(relu(hidden(x))), y);
    adam.step(tape.backward(loss));
    return loss.item();
  };
  double worst = 0;
  for (int i = 0; i < 300; ++i) {
    worst = std::max(worst, double(std::abs(step() - floor.step(x.data(), y.data(), batch))));
  }
  const auto [ours, hand] = in_turn(step, [&] { floor.step(x.data(), y.data(), batch); });
  std::printf("%-4s ours %8.3f (min %8.3f) us   floor %8.3f (min %8.3f) us   ratio %6.2f   losses differ by %.1g\n", name,
              ours.median, ours.minimum, hand.median, hand.minimum, ours.median / hand.median, worst);
  return worst < 1e-4;
}

}  // namespace

int main() {
  std::printf("training step of Dense 8-16-1, relu, sigmoid, binary cross-entropy, Adam; float, retaped every step\n");
  const bool a = seed_network("a", 32), a1 = seed_network("a1", 1);
  return a && a1 ? 0 : 1;
}
