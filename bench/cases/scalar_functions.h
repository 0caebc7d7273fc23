// The functions of the cases s_... and z_recurrence, generic in the type of their scalars: ours and the peers record
// the same ones. Each knows where it is evaluated (`at`), and its value and gradient by hand.
#pragma once
#include <tapegrad/nn/random.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "floors/floors.h"

namespace bench::scalars {

using Numbers = std::vector<double>;
template <class T>
using Inputs = std::vector<T>;

inline void fill(Numbers& numbers, double low, double high, std::uint64_t seed) {
  tapegrad::nn::Random random(seed);
  for (double& number : numbers) number = random.uniform(low, high);
}

struct Rosenbrock {
  explicit Rosenbrock(std::size_t n) : at(n) { fill(at, -1.2, 1.2, 1); }
  template <class T>
  T operator()(const Inputs<T>& x) const {
    T sum = 0.0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      T a = x[i + 1] - x[i] * x[i];
      T b = 1.0 - x[i];
      sum += 100.0 * a * a + b * b;
    }
    return sum;
  }
  double floor(double* g) { return floors::rosenbrock(at.data(), g, at.size()); }
  Numbers at;
};

struct LogSumExp {
  LogSumExp() : at(1000) { fill(at, -3, 3, 2); }
  template <class T>
  T operator()(const Inputs<T>& x) const {
    using std::exp, std::log;
    T sum = 0.0;
    for (const T& each : x) sum += exp(each - 3.0);
    return log(sum) + 3.0;
  }
  double floor(double* g) { return floors::log_sum_exp(at.data(), g, at.size()); }
  Numbers at;
};

struct Network {
  using Floor = floors::ScalarNetwork;
  Network() : at(Floor::parameters) {
    by_hand.inputs.resize(Floor::batch * Floor::in);
    by_hand.targets.resize(Floor::batch);
    fill(at, -0.7, 0.7, 3);
    fill(by_hand.inputs, -1, 1, 4);
    for (std::size_t i = 0; i < Floor::batch; ++i) by_hand.targets[i] = by_hand.inputs[i * Floor::in] > 0;
  }
  template <class T>
  T operator()(const Inputs<T>& p) const {
    using std::exp, std::log, std::tanh;
    const T *w = p.data(), *bias = w + Floor::hidden * Floor::in, *v = bias + Floor::hidden, *c = v + Floor::hidden;
    T loss = 0.0;
    for (std::size_t row = 0; row < Floor::batch; ++row) {
      const double* x = &by_hand.inputs[row * Floor::in];
      const double target = by_hand.targets[row];
      T z = *c;
      for (int j = 0; j < Floor::hidden; ++j) {
        T sum = bias[j];
        for (int i = 0; i < Floor::in; ++i) sum += w[j * Floor::in + i] * x[i];
        z += v[j] * tanh(sum);
      }
      T q = 1.0 / (1.0 + exp(-z));
      loss -= target * log(q) + (1.0 - target) * log(1.0 - q);
    }
    return loss / double(Floor::batch);
  }
  double floor(double* g) { return by_hand.gradient(at.data(), g); }
  Numbers at;
  Floor by_hand;
};

struct MatrixVector {
  static constexpr std::size_t n = 200;
  MatrixVector() : at(n * n + n) { fill(at, -1, 1, 5); }
  template <class T>
  T operator()(const Inputs<T>& p) const {
    T sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      T dot = 0.0;
      for (std::size_t j = 0; j < n; ++j) dot += p[i * n + j] * p[n * n + j];
      sum += dot * dot;
    }
    return sum;
  }
  double floor(double* g) { return floors::matrix_vector(at.data(), g, n); }
  Numbers at;
};

struct BlackScholes {
  static constexpr std::size_t options = 1000;
  BlackScholes() : at(5 * options) {
    tapegrad::nn::Random random(6);
    for (std::size_t i = 0; i < at.size(); i += 5) {
      at[i] = random.uniform(80, 120);
      at[i + 1] = random.uniform(80, 120);
      at[i + 2] = random.uniform(0.01, 0.05);
      at[i + 3] = random.uniform(0.1, 0.5);
      at[i + 4] = random.uniform(0.2, 2.2);
    }
  }
  template <class T>
  static T normal(const T& z) {
    using std::erf;
    return 0.5 * (1.0 + erf(z * 0.70710678118654752));
  }
  template <class T>
  T operator()(const Inputs<T>& p) const {
    using std::exp, std::log, std::sqrt;
    T sum = 0.0;
    for (std::size_t i = 0; i < p.size(); i += 5) {
      const T &spot = p[i], &strike = p[i + 1], &rate = p[i + 2], &volatility = p[i + 3], &time = p[i + 4];
      T spread = volatility * sqrt(time);
      T d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread;
      T d2 = d1 - spread;
      sum += spot * normal<T>(d1) - strike * exp(-rate * time) * normal<T>(d2);
    }
    return sum;
  }
  double floor(double* g) { return floors::black_scholes(at.data(), g, options); }
  Numbers at;
};

struct Recurrence {
  template <class T>
  T operator()(const Inputs<T>& p) const {
    using std::sin;
    T x = p[2];
    for (std::size_t i = 0; i < steps; ++i) x = sin(x) * p[0] + p[1];
    return x;
  }
  double floor(double* g) { return by_hand.gradient(at.data(), g); }
  static constexpr std::size_t steps = 1000000;
  Numbers at{0.9, 0.3, 0.5};
  floors::SinRecurrence by_hand{steps};
};

/// How far a gradient is from the one by hand, relative to the largest element of that; infinity where it is no number.
template <class F>
double apart(F f, const Numbers& gradient) {
  Numbers by_hand(f.at.size());
  f.floor(by_hand.data());
  double worst = 0, largest = 0;
  for (double each : by_hand) largest = std::max(largest, std::abs(each));
  for (std::size_t i = 0; i < by_hand.size(); ++i) {
    const double difference = std::abs(by_hand[i] - gradient[i]) / largest;
    worst = difference <= worst ? worst : std::isnan(difference) ? HUGE_VAL : difference;
  }
  return worst;
}

/// Calls visit(name, title, function) for each case.
template <class Visit>
void for_each_case(const Visit& visit) {
  visit("s_rosenbrock_1e3", "Rosenbrock's function of 1e3 scalars", Rosenbrock(1000));
  visit("s_rosenbrock_1e5", "Rosenbrock's function of 1e5 scalars", Rosenbrock(100000));
  visit("s_logsumexp_1e3", "log of the sum of exp, 1e3 scalars", LogSumExp());
  visit("s_mlp", "8-16 tanh-1 sigmoid, cross-entropy, batch 32, all in scalars", Network());
  visit("s_matvec_200", "|A v|^2, 200 x 200 scalars", MatrixVector());
  visit("s_black_scholes", "1e3 options, all Greeks", BlackScholes());
  visit("z_recurrence", "x = a sin(x) + b, 1e6 times", Recurrence());
}

}  // namespace bench::scalars
