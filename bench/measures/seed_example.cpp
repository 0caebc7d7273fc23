// From nothing to a trained model, as a user's program does it. usage: seed_example pima.csv
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cstdio>

using namespace tapegrad;

int main(int, char** argv) {
  nn::seed(1);
  const nn::Table table = nn::read_csv(argv[1]);
  const Tensor<float> x = view(table.values, xt::all(), xt::range(0, 8)),
                      y = view(table.values, xt::all(), xt::range(8, 9));
  nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Dense(16, 1), nn::Sigmoid()};
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy, .optimizer = optim::Adam()});
  const auto history = trainer.fit(x, y, {.epochs = 10, .batch_size = 32, .verbose = 0});
  std::printf("%f\n", history.at("loss").back());
}
