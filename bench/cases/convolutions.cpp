// Case c: a training step of a convolutional network on 64 pictures of 28 x 28: 32 and 64 channels of 3 x 3, each with
// relu and a maximum of 2 x 2, Dense 128 with relu and 10, softmax cross-entropy with integer labels, Adam.
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <memory>

#include "case.h"
#include "cases/data.h"
#include "floors/convolutions.h"

using namespace tapegrad;

namespace bench {
namespace {

constexpr long batch = 64;
const std::vector<floors::PictureConvolution> sizes{{batch, 1, 28, 32, 3}, {batch, 32, 13, 64, 3}};

struct Network {
  Network()
      : random(3),
        first(1, 32, 3, {.activation = nn::relu}, random),
        second(32, 64, 3, {.activation = nn::relu}, random),
        wide(1600, 128, {.activation = nn::relu}, random),
        last(128, 10, {}, random),
        adam(nn::parameters(*this)) {
    nn::Random numbers(7);
    x = uniform({batch, 1, 28, 28}, 1, numbers);
    for (std::size_t i = 0; i < labels.size(); ++i) labels.mutable_data()[i] = int(i % 10);
  }
  void parts(nn::Parts& part) {
    part("first", first);
    part("second", second);
    part("wide", wide);
    part("last", last);
  }
  float step() {
    Tape tape;
    const Tensor<float> low = max_pool2d(first(x), 2), high = max_pool2d(second(low), 2);
    const Tensor<float> loss = cross_entropy(last(wide(reshape(high, {batch, -1}))), labels);
    adam.step(tape.backward(loss));
    return loss.item();
  }
  nn::Random random;
  nn::Conv2D first, second;
  nn::Dense wide, last;
  optim::Adam adam;
  Tensor<float> x;
  Indices labels{Shape{batch}};
};

struct Arrays {
  Tensor<float> x, w, b, dy;
  explicit Arrays(const floors::PictureConvolution& c) {
    nn::Random random(5);
    const auto lengths = [](auto... length) { return Shape{std::size_t(length)...}; };
    x = variable(uniform(lengths(c.batch, c.in, c.size, c.size), 1, random));
    w = variable(uniform(lengths(c.out, c.in, c.kernel, c.kernel), 1, random));
    b = uniform(lengths(c.out), 1, random);
    dy = uniform(lengths(c.batch, c.out, c.result(), c.result()), 1, random);
  }
};

floors::Convolutions floor_of_arrays() {
  floors::Convolutions floor(sizes);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Arrays in(sizes[i]);
    floor.set(i, in.x.data(), in.w.data(), in.b.data(), in.dy.data());
  }
  return floor;
}

// The convolutions, each alone, and their gradients.
Agreement check() {
  double worst = 0;
  floors::Convolutions floor = floor_of_arrays();
  floor.run();
  const auto compare = [&](const Tensor<float>& ours, const std::vector<float>& theirs) {
    if (theirs.empty()) return;
    worst = std::max(worst, largest_difference(ours.data(), theirs.data(), theirs.size()) /
                                largest(theirs.data(), theirs.size()));
  };
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Arrays in(sizes[i]);
    Tape tape;
    const Tensor<float> y = conv2d(in.x, in.w, in.b);
    const Gradients g = tape.backward(y, {.seed = in.dy});
    compare(y, floor.result(i));
    compare(g[in.w], floor.gradient_of_weights(i));
    compare(g[in.x], floor.gradient_of_input(i));
  }
  return {worst, 1e-5};
}

}  // namespace

std::vector<Case> convolution_cases() {
  if (!floors::Convolutions::found()) return {};
  return {{.name = "c",
           .title = "training step of a convolutional network, batch 64",
           .operations = 1,
           .ours = []() -> Work {
             return [network = std::make_shared<Network>()] { keep(network->step()); };
           },
           .floors = []() -> std::vector<Contestant> {
             return {{"floor: oneDNN's convolutions alone",
                      [floor = std::make_shared<floors::Convolutions>(floor_of_arrays())] { floor->run(); }}};
           },
           .also = [] { return std::vector<Contestant>(); },
           .check = check}};
}

}  // namespace bench
