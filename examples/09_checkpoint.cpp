// Memory for time: the values inside a block are dropped, and computed again when the sweep comes by.
#include <tapegrad/autodiff.h>
#include <tapegrad/tape/checkpoint.h>
#include <tapegrad/nn.h>

#include <iostream>

using namespace tapegrad;

int main() {
  nn::seed(1);
  std::vector<nn::Dense> layers;
  for (int i = 0; i < 12; ++i) layers.emplace_back(32, 32);
  auto x = Tensor<float>::empty({64, 32});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = float(nn::default_random().uniform(-1, 1));

  // Noise that differs in every call, drawn from the thread's generator.
  auto noisy = [](const Tensor<float>& h) {
    auto noise = Tensor<float>::empty(h.shape());
    for (std::size_t i = 0; i < h.size(); ++i) noise.mutable_data()[i] = float(1 + 0.1 * nn::default_random().normal());
    return h * noise;
  };
  // Four layers, which it reads by itself: their weights get gradients like arguments.
  auto block = [&](std::size_t first) {
    return [&, first](Tensor<float> h) {
      for (std::size_t i = first; i < first + 4; ++i) h = noisy(tanh(layers[i](h)));
      return h;
    };
  };

  auto gradients = [&](bool checkpointed) {
    nn::seed(2);
    Tape tape;
    Tensor<float> h = x;
    for (std::size_t first = 0; first < layers.size(); first += 4) {
      h = checkpointed ? checkpoint(block(first), h) : block(first)(h);
    }
    const Tensor<float> loss = mean(square(h));
    std::cout << (checkpointed ? "with checkpoints: " : "plain: ") << tape.size() << " entries, loss " << loss.item()
              << '\n';
    return tape.backward(loss);
  };
  const Gradients plain = gradients(false), less = gradients(true);

  // The numbers drawn in the second call are those of the first, so nothing differs, not even in the last bit.
  bool same = true;
  for (const nn::Dense& layer : layers) {
    same &= plain[layer.weight.tensor()].value() == less[layer.weight.tensor()].value();
    same &= plain[layer.bias.tensor()].value() == less[layer.bias.tensor()].value();
  }
  std::cout << (same ? "the same gradients, bit for bit\n" : "the gradients differ\n");
  return same ? 0 : 1;
}
