// Gradients of every sample in one pass, with vmap: each is clipped to a norm of its own, then noise is added, as in
// differentially private SGD (Abadi et al. 2016), so that no single sample can be read back from what was learned.
#include <iostream>

#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/vmap.h>

using namespace tapegrad;
using Parameters = std::vector<Tensor<double>>;

// The loss of one sample: a network with relus, and the cross-entropy with one-hot targets.
Tensor<double> loss(const Parameters& p, const Tensor<double>& x, const Tensor<double>& target) {
  return -sum(target * log_softmax(linear(relu(linear(x, p[0], p[1])), p[2], p[3])));
}

int main() {
  constexpr std::size_t samples = 256, inputs = 2, hidden = 16, classes = 2;
  constexpr double clipping_norm = 1, noise = 0.3, rate = 0.5;
  const Key key(1);

  // Two classes: inside of a ring, and outside.
  const Tensor<double> x = normal<double>(key.fold_in(0), {samples, inputs});
  const Mask outside = sum(square(x), 1, {.keepdims = true}) > 1.4;
  const Tensor<double> inner = cast<double>(!outside), outer = cast<double>(outside);
  const Tensor<double> targets = concatenate({inner, outer}, 1);

  Parameters p{normal<double>(key.fold_in(1), {inputs, hidden}), Tensor<double>::full({hidden}, 0),
               normal<double>(key.fold_in(2), {hidden, classes}) * 0.3, Tensor<double>::full({classes}, 0)};

  // The parameters are the same for all samples; x and its target have one row for each.
  const auto per_sample = vmap([](const Parameters& at, const Tensor<double>& of_x, const Tensor<double>& of_target) {
    return value_and_grad([&](const Parameters& inner_p) { return loss(inner_p, of_x, of_target); })(at);
  }, {none, 0, 0});

  for (int step = 0; step <= 200; ++step) {
    const auto [losses, gradients] = per_sample(p, x, targets);  // gradients[k]: (samples, shape of p[k])
    Tensor<double> squares = Tensor<double>::full({samples}, 0);
    for (const Tensor<double>& g : gradients) squares += sum(square(reshape(g, {samples, -1})), 1);
    const Tensor<double> norms = sqrt(squares);
    const Tensor<double> factors = minimum(Tensor<double>(1.), clipping_norm / maximum(norms, Tensor<double>(1e-12)));
    if (step % 50 == 0) {
      std::cout << "step " << step << ": loss " << mean(losses).item() << ", gradient norms up to "
                << amax(norms).item() << '\n';
    }
    for (std::size_t k = 0; k < p.size(); ++k) {
      const Tensor<double> clipped = vmap([](const Tensor<double>& g, const Tensor<double>& f) { return g * f; })(
          gradients[k], factors);
      const Tensor<double> random =
          normal<double>(key.fold_in(1000 + 10 * static_cast<std::uint64_t>(step) + k), p[k].shape());
      p[k] = p[k] - rate * (sum(clipped, 0) + noise * clipping_norm * random) / double(samples);
    }
  }

  std::cout << "looped over: " << vmap_loops().size() << " ops\n";  // 0: all samples at once
  return vmap_loops().empty() ? 0 : 1;
}
