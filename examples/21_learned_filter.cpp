// A filter that is learned: noisy signals go through rfft, each frequency is multiplied by a gain, irfft leads back,
// and the gains are trained until what comes out is closest to the clean signals. For comparison the best gains there
// can be: how much of a frequency's energy is signal (Wiener 1949).
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <cstdio>
#include <numbers>

using namespace tapegrad;

constexpr std::size_t samples = 200;

// Three tones of random phases, in the lowest frequencies; a row a signal.
Tensor<double> tones(Key key, std::size_t count) {
  const Tensor<double> time = arange(double(samples)) * (2 * std::numbers::pi / double(samples));
  Tensor<double> signal = zeros({count, samples});
  for (const double frequency : {3., 7., 12.}) {
    key = key.fold_in(static_cast<std::uint64_t>(frequency));
    signal = signal + sin(frequency * time + uniform(key, {count, 1}, 0, 2 * std::numbers::pi)) / std::sqrt(frequency);
  }
  return signal;
}

// A gain for each frequency.
struct Filter {
  nn::Parameter<double> gains{ones({samples / 2 + 1})};
  void parts(nn::Parts& part) { part("gains", gains); }
  Tensor<double> operator()(const Tensor<double>& x) const {
    return irfft(rfft(x) * gains, {.n = static_cast<long>(samples)});
  }
};

int main() {
  const auto [for_tones, for_noise, for_test] = Key(1).split<3>();
  Filter filtered;
  const auto error = [](const Tensor<double>& x, const Tensor<double>& clean) { return mean(square(x - clean)); };

  optim::Adam adam(nn::parameters(filtered), {.learning_rate = 0.02});
  for (std::uint64_t step = 0; step < 300; ++step) {
    const Tensor<double> clean = tones(for_tones.fold_in(step), 32);
    const Tensor<double> noisy = clean + normal(for_noise.fold_in(step), clean.shape(), 0, 0.5);
    Tape tape;
    const Tensor<double> loss = error(filtered(noisy), clean);
    adam.step(tape.backward(loss));
    if (step % 100 == 0) std::printf("step %3d  loss %.4f\n", int(step), loss.item());
  }

  const auto [tone_key, noise_key] = for_test.split();
  const Tensor<double> clean = tones(tone_key, 500);
  const Tensor<double> noisy = clean + normal(noise_key, clean.shape(), 0, 0.5);
  const double before = error(noisy, clean).item(), after = error(filtered(noisy), clean).item();
  std::printf("mean squared error of signals that were not trained on: %.4f, filtered %.4f\n", before, after);
  std::printf("frequency  gain  the best\n");
  for (const std::size_t k : {3, 7, 12, 40}) {
    // A tone of amplitude a has a^2 samples / 4 of its energy there, noise of variance v has v.
    const double energy = k == 40 ? 0 : samples / 4. / double(k);
    std::printf("%9d %5.2f  %8.2f\n", int(k), filtered.gains.data()[k], energy / (energy + 0.25));
  }
  return after < before / 10 ? 0 : 1;
}
