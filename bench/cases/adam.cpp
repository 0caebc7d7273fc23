// Case o: one step of Adam on a million parameters.
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

#include <memory>

#include "case.h"
#include "cases/data.h"
#include "floors/floors.h"

using namespace tapegrad;

namespace bench {
namespace {

constexpr std::size_t count = 1000000;

struct Ours {
  Ours() {
    nn::Random random(7);
    p = variable(uniform({count}, 1, random), "p");
    slope = uniform({count}, 1, random);
    adam.bind({{"p", p}});
    Tape tape;
    g = tape.backward(sum(p * slope));
  }
  Tensor<float> p, slope;
  optim::Adam adam;
  Gradients g;
};

struct Floor {
  explicit Floor(const Ours& ours) : p(count), g(count), m(count), v(count) {
    std::copy_n(ours.p.data(), count, static_cast<float*>(p));
    std::copy_n(ours.slope.data(), count, static_cast<float*>(g));
  }
  void step() {
    rates.next();
    floors::adam_step(p, g, m, v, count, rates);
  }
  floors::Block p, g, m, v;
  floors::AdamRates rates;
};

Agreement check() {
  Ours ours;
  Floor floor(ours);
  for (int i = 0; i < 5; ++i) {
    ours.adam.step(ours.g);
    floor.step();
  }
  return {largest_difference(ours.p.data(), floor.p, count), 1e-5};
}

}  // namespace

Case adam_case() {
  return {.name = "o",
          .title = "Adam step, 1e6 parameters",
          .operations = 1,
          .ours = []() -> Work { return [ours = std::make_shared<Ours>()] { ours->adam.step(ours->g); }; },
          .floors = []() -> std::vector<Contestant> {
            return {{"floor", [floor = std::make_shared<Floor>(Ours())] { floor->step(); }}};
          },
          .also = [] { return std::vector<Contestant>(); },
          .check = check};
}

}  // namespace bench
