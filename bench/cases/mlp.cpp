// Case b: a training step of a 784-512-512-10 MLP, relu, softmax cross-entropy with integer labels, Adam, batch 128.
#include <omp.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <memory>

#include "case.h"
#include "cases/data.h"
#include "floors/floors.h"

using namespace tapegrad;

namespace bench {
namespace {

using Floor = floors::Mlp;

struct Batch {
  Batch() {
    nn::Random random(7);
    x = uniform({Floor::batch, Floor::in}, 1, random);
    labels = xt::xarray<int>::from_shape({std::size_t(Floor::batch)});
    for (int i = 0; i < Floor::batch; ++i) labels(i) = i % Floor::out;
  }
  Tensor<float> x;
  xt::xarray<int> labels;
};

struct Network {
  Network()
      : random(3),
        first(Floor::in, Floor::wide, {.activation = nn::relu}, random),
        second(Floor::wide, Floor::wide, {.activation = nn::relu}, random),
        last(Floor::wide, Floor::out, {}, random),
        adam(nn::parameters(*this)) {}
  void parts(nn::Parts& part) {
    part("first", first);
    part("second", second);
    part("last", last);
  }
  Tensor<float> loss(const Batch& batch) const { return cross_entropy(last(second(first(batch.x))), batch.labels); }
  float step(const Batch& batch) {
    Tape tape;
    const auto result = loss(batch);
    adam.step(tape.backward(result));
    return result.item();
  }
  nn::Random random;
  nn::Dense first, second, last;
  optim::Adam adam;
};

std::shared_ptr<Floor> floor_like(const Network& network, Floor::Products products) {
  auto floor = std::make_shared<Floor>(products);
  const auto copy = [](const Tensor<float>& from, Floor::Parameter& to) {
    std::copy_n(from.data(), from.size(), static_cast<float*>(to.p));
  };
  copy(network.first.weight, floor->w1);
  copy(network.second.weight, floor->w2);
  copy(network.last.weight, floor->w3);
  return floor;
}

// First the gradients, then the losses of ten steps.
Agreement check() {
  const Batch batch;
  double worst = 0;
  for (const auto products : {Floor::Products::threaded_by_blas, Floor::Products::split_by_hand}) {
    Network network;
    const auto floor = floor_like(network, products);
    Gradients g;
    {
      Tape tape;
      g = tape.backward(network.loss(batch));
    }
    for (int i = 0; i < 10; ++i) {
      const float by_hand = floor->step(batch.x.data(), batch.labels.data());
      if (i == 0) {
        const auto compare = [&](const Tensor<float>& w, const Floor::Parameter& p) {
          const Tensor<float> gradient = g[w];
          worst = std::max(worst, largest_difference(gradient.data(), p.g, w.size()) / largest(p.g, w.size()));
        };
        compare(network.first.weight, floor->w1);
        compare(network.first.bias, floor->b1);
        compare(network.second.weight, floor->w2);
        compare(network.second.bias, floor->b2);
        compare(network.last.weight, floor->w3);
        compare(network.last.bias, floor->b3);
      }
      const float ours = network.step(batch);
      worst = std::max(worst, largest_difference(&ours, &by_hand, 1));
    }
  }
  return {worst, 1e-4};
}

std::vector<Contestant> floor_contestants() {
  const auto make = [](std::string name, Floor::Products products) -> Contestant {
    return {std::move(name), [floor = floor_like(Network(), products), batch = Batch()] {
              keep(floor->step(batch.x.data(), batch.labels.data()));
            }};
  };
  std::vector<Contestant> floors{make("floor: products threaded by BLAS", Floor::Products::threaded_by_blas)};
  if (omp_get_max_threads() > 1) {
    floors.push_back(make("floor: products split by hand", Floor::Products::split_by_hand));
  }
  return floors;
}

}  // namespace

Case mlp_case() {
  return {.name = "b",
          .title = "training step 784-512-512-10, batch 128",
          .operations = 1,
          .ours = []() -> Work {
            return [network = std::make_shared<Network>(), batch = Batch()] { keep(network->step(batch)); };
          },
          .floors = floor_contestants,
          .also = [] { return std::vector<Contestant>(); },
          .check = check};
}

}  // namespace bench
