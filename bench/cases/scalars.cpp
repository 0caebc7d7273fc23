// Cases s_... and z_recurrence: functions of scalars as users write them, recorded again in every evaluation.
#include <tapegrad/autodiff.h>
#include <tapegrad/nn/random.h>

#include <cmath>
#include <memory>

#include "case.h"
#include "floors/floors.h"

using namespace tapegrad;

namespace bench {
namespace {

using Numbers = std::vector<double>;
template <class T>
using Inputs = std::vector<T>;

void fill(Numbers& numbers, double low, double high, std::uint64_t seed) {
  nn::Random random(seed);
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
    nn::Random random(6);
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

template <class F>
class Scalars {
 public:
  explicit Scalars(F f) : f_(std::move(f)), x_(f_.at.size()), gradient(f_.at.size()) {}
  double run() {
    Tape tape;
    record();
    const Scalar<double> y = f_(x_);
    const Gradients g = tape.backward(y);
    g.copy(std::span<const Scalar<double>>(x_), std::span(gradient));
    return y.value();
  }
  double bytes() {
    Tape tape;
    record();
    const Scalar<double> y = f_(x_);
    keep(float(y.value()));
    return double(tape.bytes());
  }

 private:
  void record() {
    variables(std::span<const double>(f_.at), std::span(x_));
  }
  F f_;
  std::vector<Scalar<double>> x_;

 public:
  Numbers gradient;
};

template <class F>
Agreement compare(F f) {
  Scalars<F> ours(f);
  Numbers g(f.at.size());
  const double by_hand = f.floor(g.data());
  double worst = std::abs(ours.run() / by_hand - 1), largest = 0;
  for (double each : g) largest = std::max(largest, std::abs(each));
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double difference = std::abs(g[i] - ours.gradient[i]) / largest;
    worst = difference <= worst ? worst : std::isnan(difference) ? HUGE_VAL : difference;
  }
  return {worst, 1e-11};
}

template <class F>
Case scalar_case(std::string name, std::string title, F f) {
  return {.name = std::move(name),
          .title = std::move(title),
          .operations = 1,
          .ours = [f]() -> Work { return [ours = std::make_shared<Scalars<F>>(f)] { keep(float(ours->run())); }; },
          .floors = [f]() -> std::vector<Contestant> {
            return {{"floor", [f, g = Numbers(f.at.size())]() mutable { keep(float(f.floor(g.data()))); }}};
          },
          .also = [] { return std::vector<Contestant>(); },
          .check = [f] { return compare(f); }};
}

// Counts the operations of a function.
struct Counted {
  Counted(double number = 0) : value(number) {}
  static Counted made(double number) {
    ++operations;
    return number;
  }
  Counted& operator+=(const Counted& b) { return *this = *this + b; }
  Counted& operator-=(const Counted& b) { return *this = *this - b; }
  friend Counted operator+(const Counted& a, const Counted& b) { return made(a.value + b.value); }
  friend Counted operator-(const Counted& a, const Counted& b) { return made(a.value - b.value); }
  friend Counted operator*(const Counted& a, const Counted& b) { return made(a.value * b.value); }
  friend Counted operator/(const Counted& a, const Counted& b) { return made(a.value / b.value); }
  friend Counted operator-(const Counted& a) { return made(-a.value); }
  friend Counted exp(const Counted& a) { return made(std::exp(a.value)); }
  friend Counted log(const Counted& a) { return made(std::log(a.value)); }
  friend Counted sqrt(const Counted& a) { return made(std::sqrt(a.value)); }
  friend Counted sin(const Counted& a) { return made(std::sin(a.value)); }
  friend Counted tanh(const Counted& a) { return made(std::tanh(a.value)); }
  friend Counted erf(const Counted& a) { return made(std::erf(a.value)); }
  double value;
  inline static long operations = 0;
};

template <class F>
double bytes_an_operation(const F& f) {
  Counted::operations = 0;
  keep(float(f(Inputs<Counted>(f.at.begin(), f.at.end())).value));
  return Scalars<F>(f).bytes() / double(Counted::operations);
}

}  // namespace

std::vector<Case> scalar_cases() {
  return {
      scalar_case("s_rosenbrock_1e3", "Rosenbrock's function of 1e3 scalars", Rosenbrock(1000)),
      scalar_case("s_rosenbrock_1e5", "Rosenbrock's function of 1e5 scalars", Rosenbrock(100000)),
      scalar_case("s_logsumexp_1e3", "log of the sum of exp, 1e3 scalars", LogSumExp()),
      scalar_case("s_mlp", "8-16 tanh-1 sigmoid, cross-entropy, batch 32, all in scalars", Network()),
      scalar_case("s_matvec_200", "|A v|^2, 200 x 200 scalars", MatrixVector()),
      scalar_case("s_black_scholes", "1e3 options, all Greeks", BlackScholes()),
      scalar_case("z_recurrence", "x = a sin(x) + b, 1e6 times", Recurrence()),
  };
}

std::vector<std::pair<std::string, double>> scalar_bytes_an_operation() {
  return {{"s_rosenbrock_1e3", bytes_an_operation(Rosenbrock(1000))},
          {"s_logsumexp_1e3", bytes_an_operation(LogSumExp())},
          {"s_mlp", bytes_an_operation(Network())},
          {"s_matvec_200", bytes_an_operation(MatrixVector())},
          {"s_black_scholes", bytes_an_operation(BlackScholes())},
          {"z_recurrence", bytes_an_operation(Recurrence())}};
}

}  // namespace bench
