// A custom model is a plain struct, and its training loop is yours.
// usage: 02_custom_struct [data folder]
#include <cstdio>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

struct Mlp {
  nn::Dense hidden{8, 16}, output{16, 1};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  Tensor<float> operator()(const Tensor<float>& x) const { return sigmoid(output(relu(hidden(x)))); }
};

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : "examples/data";
  nn::seed(1);
  const Tensor<float> table = nn::read_csv(data + "/pima/pima.csv").values;
  const Tensor<float> x = view(table, xt::all(), xt::range(0, 8)), y = view(table, xt::all(), xt::range(8, 9));
  const Tensor<float> centre = mean(x, {0});
  const nn::Dataset train{(x - centre) / sqrt(mean(square(x - centre), {0})), y};

  Mlp mlp;
  optim::Adam adam(nn::parameters(mlp), {.learning_rate = 1e-3});
  for (int epoch = 1; epoch <= 10; ++epoch) {
    float last = 0;
    for (const auto& batch : nn::batches(train, {.batch_size = 32, .shuffle = true})) {
      Tape tape;
      auto loss = nn::binary_cross_entropy(mlp(batch.inputs), batch.targets);
      adam.step(tape.backward(loss));
      last = loss.item();
    }
    std::printf("epoch %d  loss of the last batch %.4f\n", epoch, last);
  }
  std::printf("accuracy on all rows: %.3f\n", nn::accuracy(mlp(train.inputs), y));
}
