// Cases a and a1: a training step of Dense 8-16-1, relu, sigmoid, binary cross-entropy, Adam.
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

struct Batch {
  explicit Batch(int rows) {
    nn::Random random(7);
    x = uniform({std::size_t(rows), 8}, 1, random);
    y = Tensor<float>::empty({std::size_t(rows), 1});
    for (int i = 0; i < rows; ++i) y.mutable_data()[i] = float(i % 2);
  }
  Tensor<float> x, y;
};

struct Network {
  Network() : random(3), hidden(8, 16, {}, random), last(16, 1, {}, random), adam(nn::parameters(*this)) {}
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("last", last);
  }
  float step(const Batch& batch) {
    Tape tape;
    const auto loss = binary_cross_entropy(sigmoid(last(relu(hidden(batch.x)))), batch.y);
    adam.step(tape.backward(loss));
    return loss.item();
  }
  float step_with_logits(const Batch& batch) {
    Tape tape;
    const auto loss = binary_cross_entropy_with_logits(last(relu(hidden(batch.x))), batch.y);
    adam.step(tape.backward(loss));
    return loss.item();
  }
  nn::Random random;
  nn::Dense hidden, last;
  optim::Adam adam;
};

std::shared_ptr<floors::SeedNetwork> floor_like(const Network& network) {
  auto floor = std::make_shared<floors::SeedNetwork>();
  std::copy_n(network.hidden.weight.tensor().data(), 128, floor->p);
  std::copy_n(network.last.weight.tensor().data(), 16, floor->p + 144);
  return floor;
}

using FloorStep = float (floors::SeedNetwork::*)(const float*, const float*, int);

Contestant floor_contestant(std::string name, int rows, FloorStep step) {
  return {std::move(name), [floor = floor_like(Network()), batch = Batch(rows), rows, step] {
            keep((floor.get()->*step)(batch.x.data(), batch.y.data(), rows));
          }};
}

// The same first weights and batches give the same losses.
Agreement check(int rows) {
  const Batch batch(rows);
  double worst = 0;
  for (FloorStep step : {&floors::SeedNetwork::step_by_rows, &floors::SeedNetwork::step_by_layers,
                         &floors::SeedNetwork::step_by_vectors}) {
    Network network;
    const auto floor = floor_like(network);
    for (int i = 0; i < 300; ++i) {
      const float ours = network.step(batch), by_hand = (floor.get()->*step)(batch.x.data(), batch.y.data(), rows);
      worst = std::max(worst, largest_difference(&ours, &by_hand, 1));
    }
  }
  return {worst, 1e-4};
}

Case seed_network_case(std::string name, int rows) {
  const auto make = [rows](float (Network::*step)(const Batch&)) -> Work {
    return [network = std::make_shared<Network>(), batch = Batch(rows), step] { keep((network.get()->*step)(batch)); };
  };
  return {.name = std::move(name),
          .title = "training step 8-16-1, batch " + std::to_string(rows),
          .operations = 1,
          .ours = [make] { return make(&Network::step); },
          .floors = [rows]() -> std::vector<Contestant> {
            return {floor_contestant("floor: loops over rows", rows, &floors::SeedNetwork::step_by_rows),
                    floor_contestant("floor: loops over layers", rows, &floors::SeedNetwork::step_by_layers)};
          },
          // The target is set against the two loops; the step for this one shape, all sums in registers, is the goal.
          .also = [make, rows]() -> std::vector<Contestant> {
            return {{"ours, loss from logits", make(&Network::step_with_logits)},
                    floor_contestant("by hand for this shape alone", rows, &floors::SeedNetwork::step_by_vectors)};
          },
          .check = [rows] { return check(rows); }};
}

}  // namespace

std::vector<Case> seed_network_cases() { return {seed_network_case("a", 32), seed_network_case("a1", 1)}; }

}  // namespace bench
