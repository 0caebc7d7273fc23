// The cases in libtorch's C++ API. usage: tapegrad_bench_peer_libtorch THREADS, then requests (protocol.h)
#include <torch/torch.h>

#include <cmath>
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

Work convolutional() {
  const Tensor x = torch::rand({64, 1, 28, 28}) * 2 - 1, labels = torch::arange(64) % 10;
  const nn::Sequential net(nn::Conv2d(1, 32, 3), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(32, 64, 3), nn::ReLU(),
                           nn::MaxPool2d(2), nn::Flatten(), nn::Linear(1600, 128), nn::ReLU(), nn::Linear(128, 10));
  return training_step(net, [x, labels](nn::Sequential& n) { return torch::cross_entropy_loss(n->forward(x), labels); });
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

// The value of f and the gradients of x for an adjoint that is given.
template <class F>
Work op(std::vector<Tensor> x, F f) {
  for (Tensor& each : x) each = with_gradient(each);
  const Tensor seed = torch::rand_like(f(x)) * 2 - 1;
  return [=] { grad({f(x)}, x, {seed}); };
}
using In = const std::vector<Tensor>&;
Tensor matrix(long rows = 4096, long columns = 1024) { return torch::rand({rows, columns}) * 2 - 1; }

// SparseAdam's rule for a gradient of rows, with the moments in whole tables.
Work table_step() {
  const Tensor table = with_gradient(matrix(50000, 128)), tokens = torch::randint(50000, {4096});
  const Tensor seed = matrix(4096, 128), m = torch::zeros({50000, 128}), v = torch::zeros({50000, 128});
  return [=, step = 0]() mutable {
    const Tensor y = torch::embedding(table, tokens, -1, false, true);
    const Tensor g = grad({y}, {table}, {seed})[0].coalesce();
    const torch::NoGradGuard no_gradient;
    const Tensor rows = g.indices()[0], values = g.values();
    ++step;
    const Tensor dm = (values - m.index_select(0, rows)).mul_(0.1);
    const Tensor dv = (values.pow(2) - v.index_select(0, rows)).mul_(0.001);
    m.index_add_(0, rows, dm);
    v.index_add_(0, rows, dv);
    const Tensor scale = (v.index_select(0, rows) / (1 - std::pow(0.999, step))).sqrt_().add_(1e-8);
    const Tensor change = m.index_select(0, rows).div_(scale).mul_(-1e-3 / (1 - std::pow(0.9, step)));
    table.index_add_(0, rows, change);
  };
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
  torch::manual_seed(1);
  return bench::serve(
      {{"a", [] { return seed_network(32); }},
       {"a1", [] { return seed_network(1); }},
       {"b", mlp},
       {"c", convolutional},
       {"g", fused},
       {"h", scale_chain},
       {"h_multiply", multiply_chain},
       {"h_tanh", tanh_chain},
       {"h2", second_order_chain},
       {"i",
        [] {
          return op({matrix(512, 512), matrix(512, 512)}, [](In x) { return x[0].mm(x[1]); });
        }},
       {"einsum_attention",
        [] {
          return op({torch::rand({8, 8, 128, 64}), torch::rand({8, 8, 128, 64})}, [](In x) {
            return torch::einsum("bhqd,bhkd->bhqk", {x[0], x[1]});
          });
        }},
       {"j_softmax", [] { return op({matrix(1024, 1000)}, [](In x) { return x[0].softmax(1); }); }},
       {"j_sum0", [] { return op({matrix()}, [](In x) { return x[0].sum(0); }); }},
       {"j2_relu", [] { return op({matrix()}, [](In x) { return x[0].relu(); }); }},
       {"cumsum", [] { return op({matrix()}, [](In x) { return x[0].cumsum(1); }); }},
       {"j2_slice", [] { return op({matrix()}, [](In x) { return x[0].narrow(1, 256, 512).clone(); }); }},
       {"j2_row_multiply",
        [] {
          return op({matrix(), torch::rand({1024})}, [](In x) { return x[0] * x[1]; });
        }},
       {"j2_index_select",
        [] {
          const Tensor rows = torch::randint(4096, {4096});
          return op({matrix()}, [rows](In x) { return x[0].index_select(0, rows); });
        }},
       {"gather",
        [] {
          const Tensor places = torch::randint(1024, {4096, 1024});
          return op({matrix()}, [places](In x) { return x[0].gather(1, places); });
        }},
       {"sort", [] { return op({matrix(1024, 1000)}, [](In x) { return std::get<0>(x[0].sort(1)); }); }},
       {"k", table_step},
       {"o", adam_step}});
}
