// Gaussian process regression (Rasmussen and Williams 2006, algorithm 2.1): body mass index from four measurements of
// the diabetes data. The marginal likelihood is computed from Cholesky's factor of the covariances; its gradient goes
// through the rule of `cholesky`, and fits the length of each input, the size of the signal and that of the noise.
// usage: 17_gaussian_process [data folder]
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

using namespace tapegrad;

// What is fitted: logarithms, so that no step makes a length negative.
struct Process {
  nn::Parameter<double> lengths{zeros({4})}, signal{Tensor<double>(0.)}, noise{Tensor<double>(-1.)};
  void parts(nn::Parts& part) {
    part("lengths", lengths);
    part("signal", signal);
    part("noise", noise);
  }
  // The covariances of the function at a (n, 4) and at b (m, 4): s^2 exp(-|(a - b) / length|^2 / 2), an (n, m) matrix.
  Tensor<double> covariances(const Tensor<double>& a, const Tensor<double>& b) const {
    const Tensor<double> apart = (expand_dims(a, 1) - expand_dims(b, 0)) * exp(-lengths);
    return exp(2 * signal - sum(square(apart), -1) / 2);
  }
  Tensor<double> factor(const Tensor<double>& x) const {
    return cholesky(covariances(x, x) + exp(2 * noise) * eye(x.shape()[0]));
  }
  // -log p(y | x): y^T K^-1 y / 2 + log det K / 2 + n log(2 pi) / 2
  Tensor<double> surprise(const Tensor<double>& x, const Tensor<double>& y) const {
    const Tensor<double> l = factor(x);
    const double constant = double(y.size()) / 2 * std::log(2 * std::numbers::pi);
    return dot(y, cholesky_solve(y, l)) / 2 + sum(log(diagonal(l))) + constant;
  }
};

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : "examples/data";
  const auto table = cast<double>(nn::read_csv(data + "/pima/pima.csv").values);
  // glucose, blood pressure, skin thickness, age, and what is predicted, body mass index; 0 stands for "not measured"
  const Tensor<double> chosen = index_select(table, 1, {1, 2, 3, 7, 5});
  std::vector<std::int32_t> complete;
  const Mask measured = all(chosen > 0, 1);
  for (std::size_t row = 0; row < measured.size(); ++row) {
    if (measured.data()[row]) complete.push_back(static_cast<std::int32_t>(row));
  }
  Tensor<double> known = take(chosen, Indices(complete), 0);
  known = (known - mean(known, 0)) / stddev(known, 0);
  const Tensor<double> x = view(known, xt::range(0, 200), xt::range(0, 4)), y = view(known, xt::range(0, 200), 4);
  const Tensor<double> x_new = view(known, xt::range(200, xt::placeholders::_), xt::range(0, 4));
  const Tensor<double> y_new = view(known, xt::range(200, xt::placeholders::_), 4);

  Process process;
  optim::Adam adam(nn::parameters(process), {.learning_rate = 0.1});
  double first = 0, last = 0;
  for (int step = 0; step <= 60; ++step) {
    const auto [value, gradients] = value_and_grad(process, [&] { return process.surprise(x, y); });
    last = value.item();
    if (step == 0) first = last;
    if (step % 20 == 0) std::printf("step %2d  -log p(y) %.3f\n", step, last);
    adam.step(gradients);
  }

  const Tensor<double> l = process.factor(x), across = process.covariances(x_new, x);
  const Tensor<double> expected = matmul(across, cholesky_solve(y, l));
  const Tensor<double> explained = sum(square(solve_triangular(l, transpose(across))), 0);
  const Tensor<double> deviation = sqrt(exp(2 * process.signal) + exp(2 * process.noise) - explained);
  const Tensor<double> error = y_new - expected;
  const double root = std::sqrt(mean(square(error)).item()), spread = stddev(y_new).item();
  const double inside = double(count_nonzero(abs(error) < 2 * deviation)) / double(y_new.size());
  const char* names[] = {"glucose", "blood pressure", "skin thickness", "age"};
  for (std::size_t i = 0; i < 4; ++i) {
    std::printf("length of %-14s %8.2f\n", names[i], std::exp(process.lengths.data()[i]));
  }
  std::printf("%zu others: error %.3f (all alike: %.3f), %.0f %% within two deviations\n", y_new.size(), root, spread,
              100 * inside);
  return last < first && root < 0.85 * spread && inside > 0.85 ? 0 : 1;
}
