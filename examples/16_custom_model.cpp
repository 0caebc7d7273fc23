// A model of one's own with blocks in a vector, dropout, batch normalisation and state that is not trained, and its own
// loop: what is a part, what is a buffer, and what changes between training and inference.
// usage: 16_custom_model [data folder]
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

using namespace tapegrad;

// x + f(x): a block of the model, with layers that act otherwise in training.
struct Residual {
  explicit Residual(std::size_t width) : norm(width), dense(width, width, {.activation = nn::relu}) {}
  void parts(nn::Parts& part) {
    part("norm", norm);
    part("dense", dense);
    part("dropout", dropout);
  }
  Tensor<float> operator()(const Tensor<float>& x) const { return x + dropout(dense(norm(x))); }

  nn::BatchNorm norm;
  nn::Dense dense;
  nn::Dropout dropout{0.2};
};

struct Net {
  // The inputs are scaled by what the model has seen itself: a buffer, copied and named like a weight, never trained.
  nn::Buffer<float> centre{Tensor<float>::full({8}, 0)}, spread{Tensor<float>::full({8}, 1)};
  nn::Dense first{8, 16, {.initializer = nn::he_normal}};
  std::vector<Residual> blocks{Residual(16), Residual(16)};
  nn::Parameter<float> temperature{Tensor<float>(1.f)};
  nn::Dense last{16, 1, {.use_bias = false}};

  void parts(nn::Parts& part) {
    part("centre", centre);
    part("spread", spread);
    part("first", first);
    part("blocks", blocks);
    part("temperature", temperature);
    part("last", last);
  }
  void look_at(const Tensor<float>& x) {
    centre.set_value(mean(x, {0}));
    spread.set_value(sqrt(mean(square(x - centre), {0})));
  }
  Tensor<float> operator()(const Tensor<float>& x) const {
    Tensor<float> h = first((x - centre) / spread);
    for (const Residual& block : blocks) h = block(h);
    return sigmoid(last(h) * temperature);  // a parameter goes wherever a tensor goes
  }
};

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : "examples/data";
  nn::seed(1);
  const Tensor<float> table = nn::read_csv(data + "/pima/pima.csv").values;
  const Tensor<float> x = view(table, xt::all(), xt::range(0, 8)), y = view(table, xt::all(), xt::range(8, 9));

  Net net;
  net.look_at(x);
  std::cout << nn::summary(net);
  optim::Adam adam(nn::parameters(net), {.learning_rate = 3e-3});
  Net best = net;
  float lowest = 1e9f;
  for (int epoch = 1; epoch <= 8; ++epoch) {
    {
      nn::ModeScope training(net, nn::Mode::training);  // dropout drops, running means run; until the end of the scope
      for (const auto& batch : nn::batches({x, y}, {.batch_size = 64, .shuffle = true})) {
        Tape tape;
        adam.step(tape.backward(nn::binary_cross_entropy(net(batch.inputs), batch.targets)));
      }
    }
    const float loss = nn::binary_cross_entropy(net(x), y).item();  // in inference again
    std::printf("epoch %d  loss %.4f\n", epoch, loss);
    if (loss < lowest) {
      lowest = loss;
      best = net;  // values and buffers are written into the variables of `best`
    }
  }
  net = best;  // and back into those that adam knows
  std::printf("accuracy on all rows: %.3f\n", nn::accuracy(net(x), y));
  return nn::accuracy(net(x), y) > 0.76 ? 0 : 1;
}
