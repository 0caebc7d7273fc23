// The cases in libtorch's C++ API. usage: tapegrad_bench_peer_libtorch THREADS, then requests (protocol.h)
#include <torch/torch.h>

#include <cstdlib>
#include <memory>

#include "peers/protocol.h"

using torch::Tensor;
using torch::autograd::grad;
namespace nn = torch::nn;

namespace {

using Work = std::function<void()>;

Tensor with_gradient(Tensor x) { return x.set_requires_grad(true); }

template <class Loss>
Work training_step(nn::Sequential net, Loss loss) {
  auto adam = std::make_shared<torch::optim::Adam>(net->parameters(), 1e-3);
  return [net, loss, adam]() mutable {
    adam->zero_grad();
    loss(net).backward();
    adam->step();
  };
}

Work seed_network(long batch) {
  const Tensor x = torch::rand({batch, 8}) * 2 - 1, y = (torch::arange(batch) % 2).to(torch::kFloat).view({batch, 1});
  return training_step(nn::Sequential(nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 1), nn::Sigmoid()),
                       [x, y](nn::Sequential& net) { return torch::binary_cross_entropy(net->forward(x), y); });
}

Work mlp() {
  const Tensor x = torch::rand({128, 784}) * 2 - 1, labels = torch::arange(128) % 10;
  return training_step(
      nn::Sequential(nn::Linear(784, 512), nn::ReLU(), nn::Linear(512, 512), nn::ReLU(), nn::Linear(512, 10)),
      [x, labels](nn::Sequential& net) { return torch::cross_entropy_loss(net->forward(x), labels); });
}

Work fused() {
  const Tensor x = with_gradient(torch::rand({1000000}) * 6 - 3), a = with_gradient(torch::rand({1000000}) * 2 - 1),
               b = with_gradient(torch::rand({1000000}) * 2 - 1);
  return [=] { grad({(torch::sigmoid(a * x + b) * torch::tanh(x) + torch::exp(-x * x)).sum()}, {x, a, b}); };
}

Tensor multiplied(Tensor x, const Tensor& w, int length) {
  for (int i = 0; i < length; i += 2) x = x * w + 0.1;
  return x;
}
Work scale_chain() {
  const Tensor x0 = with_gradient(torch::full({1}, 0.5));
  return [=] {
    Tensor x = x0;
    for (int i = 0; i < 1000; i += 2) x = x * 1.0001 + 0.1;
    grad({x}, {x0});
  };
}
Work multiply_chain() {
  const Tensor x = with_gradient(torch::full({1}, 0.5)), w = with_gradient(torch::full({1}, 1.0001));
  return [=] { grad({multiplied(x, w, 1000)}, {x, w}); };
}
Work tanh_chain() {
  const Tensor x0 = with_gradient(torch::full({1}, 0.5));
  return [=] {
    Tensor x = x0;
    for (int i = 0; i < 1000; ++i) x = torch::tanh(x);
    grad({x}, {x0});
  };
}
Work second_order_chain() {
  const Tensor x = with_gradient(torch::full({1}, 0.5)), w = with_gradient(torch::full({1}, 1.0001));
  return [=] {
    const auto first = grad({multiplied(x, w, 100)}, {w}, {}, std::nullopt, true);
    grad({first[0]}, {w});
  };
}

Work adam_step() {
  Tensor p = with_gradient(torch::rand({1000000}));
  p.mutable_grad() = torch::rand({1000000}) * 2 - 1;
  return [adam = std::make_shared<torch::optim::Adam>(std::vector<Tensor>{p}, 1e-3)] { adam->step(); };
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
  torch::manual_seed(1);
  return bench::serve({{"a", [] { return seed_network(32); }},
                       {"a1", [] { return seed_network(1); }},
                       {"b", mlp},
                       {"g", fused},
                       {"h", scale_chain},
                       {"h_multiply", multiply_chain},
                       {"h_tanh", tanh_chain},
                       {"h2", second_order_chain},
                       {"o", adam_step}});
}
