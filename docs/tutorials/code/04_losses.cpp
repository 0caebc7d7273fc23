// Lesson 4: sigmoid and binary cross-entropy, why they belong together, and where apart they fail.
#include <cmath>
#include <cstdio>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

int main() {
  const Tensor<double> z = variable(xt::xarray<double>{-1., 0., 2.}, "z");  // logits
  const Tensor<double> t = xt::xarray<double>{0., 1., 1.};                  // targets

  bool right = true;
  {
    Tape tape;
    const Tensor<double> p = sigmoid(z);
    const Gradients g = tape.backward(binary_cross_entropy(p, t));
    std::printf("     z       p  target   dL/dz  (p - t) / 3\n");
    for (std::size_t i = 0; i < 3; ++i) {
      const double by_hand = (p.data()[i] - t.data()[i]) / 3, from_tape = g[z].data()[i];
      std::printf("%6.1f  %6.4f  %6.0f  %6.4f  %11.4f\n", z.data()[i], p.data()[i], t.data()[i], from_tape, by_hand);
      right = right && std::abs(by_hand - from_tape) < 1e-15;
    }
  }
  // A network that is sure and wrong: z = 40, but the target is 0.
  const Tensor<float> sure = variable(xt::xarray<float>{40.f}, "sure"), zero = xt::xarray<float>{0.f};
  for (const bool together : {false, true}) {
    Tape tape;
    const Tensor<float> loss =
        together ? binary_cross_entropy_with_logits(sure, zero) : binary_cross_entropy(sigmoid(sure), zero);
    const float slope = tape.backward(loss)[sure].item(), value = loss.item();
    std::printf("%s: loss %.1f, gradient %.1f\n", together ? "together" : "apart   ", value, std::abs(slope));
    right = right && slope == (together ? 1.f : 0.f);
  }
  return right ? 0 : 1;
}
