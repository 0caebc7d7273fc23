// The training steps in dlib, which has networks but no autodiff. usage: tapegrad_bench_peer_dlib, then requests
#include <dlib/dnn.h>

#include <memory>
#include <random>

#include "peers/protocol.h"

namespace {

using Work = std::function<void()>;
using Sample = dlib::matrix<float, 0, 1>;

using SeedNetwork = dlib::loss_binary_log<dlib::fc<1, dlib::relu<dlib::fc<16, dlib::input<Sample>>>>>;
using Mlp =
    dlib::loss_multiclass_log<dlib::fc<10, dlib::relu<dlib::fc<512, dlib::relu<dlib::fc<512, dlib::input<Sample>>>>>>>;

std::vector<Sample> samples(long rows, long columns) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<Sample> all(static_cast<std::size_t>(rows), Sample(columns));
  for (Sample& sample : all)
    for (float& x : sample) x = uniform(random);
  return all;
}

// The loss of a step, its gradients and Adam, without the trainer around it (which has threads of its own).
template <class Network, class Label>
struct Training {
  Training(const std::vector<Sample>& inputs, std::vector<Label> targets) : labels(std::move(targets)) {
    net.to_tensor(inputs.begin(), inputs.end(), x);
    solvers.assign(std::size_t(Network::num_computational_layers), dlib::adam(0, 0.9, 0.999));
  }
  void step() {
    net.compute_parameter_gradients(x, labels.begin());
    net.update_parameters(dlib::make_sstack(solvers), 1e-3);
  }
  Network net;
  std::vector<Label> labels;
  std::vector<dlib::adam> solvers;
  dlib::resizable_tensor x;
};

template <class Network, class Label>
Work training_step(const std::vector<Sample>& inputs, std::vector<Label> targets) {
  auto training = std::make_shared<Training<Network, Label>>(inputs, std::move(targets));
  return [training] { training->step(); };
}

Work seed_network(long batch) {
  std::vector<float> labels;
  for (long i = 0; i < batch; ++i) labels.push_back(i % 2 ? 1.f : -1.f);
  return training_step<SeedNetwork, float>(samples(batch, 8), std::move(labels));
}
Work mlp() {
  std::vector<unsigned long> labels;
  for (unsigned long i = 0; i < 128; ++i) labels.push_back(i % 10);
  return training_step<Mlp, unsigned long>(samples(128, 784), std::move(labels));
}

}  // namespace

int main() {
  return bench::serve({{"a", [] { return seed_network(32); }}, {"a1", [] { return seed_network(1); }}, {"b", mlp}});
}
