// A differential equation of which half is known: Lotka and Volterra's prey and predators (1925, 1926). How each
// species grows alone is given; how they meet is left to a network inside each Runge-Kutta step (Rackauckas et al.
// 2020).
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

template <class T>
using State = std::array<T, 2>;  // prey, predators
using Path = std::vector<State<double>>;
constexpr double h = 0.1;

// One step of Runge and Kutta's fourth order; meeting(state) is what the species do to each other.
template <class T, class Meeting>
State<T> next(const State<T>& z, const Meeting& meeting) {
  const auto slope = [&](const State<T>& at) {
    const State<T> met = meeting(at);
    return State<T>{1.3 * at[0] + met[0], -1.8 * at[1] + met[1]};
  };
  const auto ahead = [&](double by, const State<T>& k) { return State<T>{z[0] + by * k[0], z[1] + by * k[1]}; };
  const State<T> a = slope(z), b = slope(ahead(h / 2, a)), c = slope(ahead(h / 2, b)), d = slope(ahead(h, c));
  State<T> end;
  for (int i = 0; i < 2; ++i) end[i] = z[i] + h / 6 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]);
  return end;
}

template <class Meeting>
double error(const Path& truth, std::size_t begin, const Meeting& meeting) {  // root mean square, from truth[begin] on
  State<Scalar<double>> z{truth[begin][0], truth[begin][1]};
  double sum = 0;
  for (std::size_t i = begin + 1; i < truth.size(); ++i) {
    z = next(z, meeting);
    sum += std::pow(z[0].value() - truth[i][0], 2) + std::pow(z[1].value() - truth[i][1], 2);
  }
  return std::sqrt(sum / double(2 * (truth.size() - begin - 1)));
}

struct Network {
  nn::BasicDense<double> hidden{2, 12, {.activation = nn::tanh}};
  nn::BasicDense<double> output{12, 2};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  // Scalars become a tensor, and the network's row becomes scalars: one entry on the tape each.
  State<Scalar<double>> operator()(const State<Scalar<double>>& z) const {
    const auto met = scalars(output(hidden(reshape(tensor({z[0], z[1]}), {1, 2}))));
    return {met[0], met[1]};
  }
};

int main() {
  nn::seed(5);
  nn::Random random(11);
  const auto really = [](const State<double>& z) { return State<double>{-0.9 * z[0] * z[1], 0.8 * z[0] * z[1]}; };
  const auto alone = [](const State<Scalar<double>>&) { return State<Scalar<double>>{0.0, 0.0}; };
  const std::size_t seen = 60, all = 80, span = 5;
  Path truth{{0.9, 1.1}};
  while (truth.size() <= all) truth.push_back(next(truth.back(), really));
  Path observed(truth.begin(), truth.begin() + seen + 1);
  for (State<double>& z : observed) {
    for (double& count : z) count *= 1 + random.uniform(-0.01, 0.01);
  }

  Network network;
  optim::Adam adam(nn::parameters(network), {.learning_rate = 2e-2});
  double first = 0, loss = 0;
  for (int round = 0; round <= 400; ++round) {
    Tape tape;
    Scalar<double> sum = 0;
    State<Scalar<double>> z;
    for (std::size_t i = 0; i < seen; ++i) {  // each span begins anew at what was observed
      if (i % span == 0) z = {observed[i][0], observed[i][1]};
      z = next(z, network);
      for (int k = 0; k < 2; ++k) sum += (z[k] - observed[i + 1][k]) * (z[k] - observed[i + 1][k]);
    }
    loss = sum.value() / double(2 * seen);
    if (round == 0) first = loss;
    if (round % 100 == 0) std::printf("round %3d  loss %.6f\n", round, loss);
    adam.step(tape.backward(sum));
  }

  const double with = error(truth, seen, network), without = error(truth, seen, alone);
  std::printf("error over the two units of time that follow: %.3f with the network, %.3f without\n", with, without);
  return loss < first / 100 && with < without / 10 ? 0 : 1;
}
