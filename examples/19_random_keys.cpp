// Random numbers from keys, and gradients through them. A normal distribution is fitted to a posterior by gradients of
// samples (Kingma and Welling 2014): normal(key, mean, deviation) is mean + deviation n, so both have derivatives. Then
// a choice among options is learned, through gumbel noise and softmax (Jang et al. 2017, Maddison et al. 2017).
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <cstdio>

using namespace tapegrad;

struct Normal {
  nn::Parameter<double> mean{Tensor<double>(0.)}, log_deviation{Tensor<double>(0.)};
  void parts(nn::Parts& part) {
    part("mean", mean);
    part("log_deviation", log_deviation);
  }
};
struct Preference {
  nn::Parameter<double> logits{zeros({3})};
  void parts(nn::Parts& part) { part("logits", logits); }
};

int main() {
  const Key key(2024);
  const auto [of_data, of_fit, of_choice] = key.split<3>();

  // 40 measurements of a number with noise of deviation 1; before them it was normal with deviation 1.
  const Tensor<double> y = normal(of_data, {40}, 1.5, 1);
  const double exact_mean = sum(y).item() / 41, exact_deviation = std::sqrt(1. / 41);

  Normal q;
  optim::Adam adam(nn::parameters(q), {.learning_rate = 0.02});
  for (std::uint64_t step = 0; step < 1500; ++step) {
    if (step == 1000) adam.learning_rate() = 0.002;
    const auto [bound, gradients] = value_and_grad(q, [&] {
      const Tensor<double> many = broadcast_to(q.mean, {16, 1});
      const Tensor<double> x = normal(of_fit.fold_in(step), many, exp(q.log_deviation));  // a key of its own each step
      const Tensor<double> surprise = sum(square(y - x), 1) / 2 + sum(square(x), 1) / 2;  // -log p(y, x)
      return mean(surprise) - q.log_deviation;  // less the entropy of q; both but for constants
    });
    adam.step(gradients);
  }
  const double found_mean = q.mean.item(), found_deviation = std::exp(q.log_deviation.item());
  std::printf("posterior: mean %.3f, deviation %.3f; exact: %.3f, %.3f\n", found_mean, found_deviation, exact_mean,
              exact_deviation);

  // What an option is worth is only seen in a mixture of them that is nearly a choice.
  const Tensor<double> worth{1, 3, 2};
  Preference choice;
  optim::Adam adam_of_choice(nn::parameters(choice), {.learning_rate = 0.05});
  for (std::uint64_t step = 0; step < 300; ++step) {
    const auto [loss, gradients] = value_and_grad(choice, [&] {
      const Tensor<double> logits = broadcast_to(choice.logits, {8, 3});
      return -mean(matmul(gumbel_softmax(of_choice.fold_in(step), logits, {.temperature = 0.5}), worth));
    });
    adam_of_choice.step(gradients);
  }
  const Tensor<double> chances = softmax(choice.logits);
  std::printf("chances of the options: %.2f %.2f %.2f\n", chances.data()[0], chances.data()[1], chances.data()[2]);

  // The same key gives the same numbers, whatever ran before and on any number of threads.
  const bool same = all(normal(of_data, {40}, 1.5, 1) == y);
  const bool close = std::abs(found_mean - exact_mean) < 0.03 && std::abs(found_deviation - exact_deviation) < 0.02;
  return same && close && chances.data()[1] > 0.8 ? 0 : 1;
}
