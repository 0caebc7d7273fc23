// A network learns to read strokes from a signal, told what was drawn but never when: the loss is ctc_loss.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

namespace {

constexpr std::size_t times = 24, batch = 16, classes = 4;  // class 0 is the blank, which says nothing

// Strokes of class k are k high and 1 to 3 times long, with silence between them, and everything is noisy.
struct Signals {
  Tensor<float> heights = zeros<float>({times, batch, 1});
  Indices strokes{Shape{batch, 5}}, counts{Shape{batch}}, lengths{Shape{batch}};
};

Signals draw(unsigned seed) {
  std::mt19937 random(seed);
  const auto between = [&](int low, int high) { return low + int(random() % unsigned(high - low + 1)); };
  Signals signals;
  for (std::size_t n = 0; n < batch; ++n) {
    std::size_t time = std::size_t(between(0, 2));
    const int count = between(1, 5);
    for (int i = 0; i < 5; ++i) {
      const int stroke = between(1, 3);
      signals.strokes.mutable_data()[n * 5 + std::size_t(i)] = stroke;
      if (i >= count) continue;
      for (int k = between(1, 3); k > 0; --k) signals.heights.mutable_data()[time++ * batch + n] = float(stroke);
      ++time;
    }
    signals.counts.mutable_data()[n] = count;
    signals.lengths.mutable_data()[n] = int(time);
  }
  for (std::size_t i = 0; i < signals.heights.size(); ++i) {
    signals.heights.mutable_data()[i] += 0.1f * float(between(-10, 10)) / 10;
  }
  return signals;
}

struct Reader {
  nn::Dense in{1, 32, {.activation = nn::relu}}, out{32, classes};
  void parts(nn::Parts& part) {
    part("in", in);
    part("out", out);
  }
  Tensor<float> operator()(const Tensor<float>& heights) const {
    return log_softmax(out(in(reshape(heights, {times * batch, 1}))));
  }
};

// What is said: the likeliest class of each time, equal neighbours once, without blanks.
std::string read(const Indices& likeliest, std::size_t n) {
  std::string text;
  int last = 0;
  for (std::size_t time = 0; time < times; ++time) {
    const int now = likeliest.data()[time * batch + n];
    if (now != 0 && now != last) text += std::to_string(now);
    last = now;
  }
  return text;
}

}  // namespace

int main() {
  const Signals signals = draw(7), fresh = draw(8);
  nn::seed(1);
  Reader reader;
  optim::Adam adam(nn::parameters(reader), {.learning_rate = 0.05});
  for (int step = 0; step <= 400; ++step) {
    Tape tape;
    const Tensor<float> said = reshape(reader(signals.heights), {times, batch, classes});
    const Tensor<float> loss = ctc_loss(said, signals.strokes, signals.lengths, signals.counts);
    if (step % 100 == 0) std::printf("step %4d: loss %.4f\n", step, double(loss.item()));
    adam.step(tape.backward(loss));
  }

  const Indices likeliest = argmax(reader(fresh.heights), -1);
  int right = 0;
  for (std::size_t n = 0; n < batch; ++n) {
    std::string drawn;
    for (int i = 0; i < fresh.counts.data()[n]; ++i) {
      drawn += std::to_string(fresh.strokes.data()[n * 5 + std::size_t(i)]);
    }
    if (n < 4) std::printf("drawn %-5s  read %s\n", drawn.c_str(), read(likeliest, n).c_str());
    right += drawn == read(likeliest, n);
  }
  std::printf("%d of %zu signals that it never saw are read right\n", right, batch);
  return right == int(batch) ? 0 : 1;
}
