// A convolutional network reads handwritten digits: LeNet's layers on 8 x 8 pictures.
// usage: 23_digits [data folder]
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cstdio>
#include <string>

using namespace tapegrad;

namespace {

struct Digits {
  Tensor<float> pictures, labels;  // (count, 1, 8, 8) and (count,)

  Digits part(std::size_t begin, std::size_t end) const {
    return {view(pictures, xt::range(begin, end)), view(labels, xt::range(begin, end))};
  }
  Digits shuffled(const Key& key) const {
    const Indices order = permutation(key, labels.size());
    return {take(pictures, order, 0), take(labels, order, 0)};
  }
};

Digits read(const std::string& folder) {
  const Tensor<float> table = nn::read_csv(folder + "/digits8x8/digits8x8.csv").values;
  return {reshape(view(table, xt::all(), xt::range(0, 64)) / 16, {-1, 1, 8, 8}), view(table, xt::all(), 64)};
}

float share_right(const nn::Sequential& net, const Digits& digits) {
  return mean(cast<float>(cast<float>(argmax(net(digits.pictures), -1)) == digits.labels)).item();
}

}  // namespace

int main(int argc, char** argv) {
  const Key key(5);
  const Digits all = read(argc > 1 ? argv[1] : "examples/data").shuffled(key);
  const std::size_t for_test = 360, count = all.labels.size() - for_test, batch = 64;
  const Digits test = all.part(0, for_test), training = all.part(for_test, all.labels.size());

  nn::seed(1);
  nn::Sequential net{nn::Conv2D(1, 16, 3, {.padding = Padding::same, .activation = nn::relu}),
                     nn::MaxPool2D{2},
                     nn::Conv2D(16, 32, 3, {.padding = Padding::same, .activation = nn::relu}),
                     nn::MaxPool2D{2},
                     nn::Flatten(),
                     nn::Dense(128, 10)};
  nn::summary(net, {1, 1, 8, 8});
  optim::Adam adam(nn::parameters(net), {.learning_rate = 0.003});
  for (std::uint64_t epoch = 1; epoch <= 12; ++epoch) {
    const Digits shuffled = training.shuffled(key.fold_in(epoch));
    float total = 0;
    for (std::size_t first = 0; first + batch <= count; first += batch) {
      const Digits now = shuffled.part(first, first + batch);
      const Indices labels = cast<std::int32_t>(now.labels);
      const auto [loss, gradients] = value_and_grad(net, [&] { return cross_entropy(net(now.pictures), labels); });
      adam.step(gradients);
      total += loss.item();
    }
    std::printf("epoch %2d  loss %.4f  right on new digits %.3f\n", int(epoch), double(total) / double(count / batch),
                double(share_right(net, test)));
  }
  return share_right(net, test) > 0.96f ? 0 : 1;
}
