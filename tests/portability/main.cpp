// What a processor could get wrong, in one small program: registers, fuse, products, reductions, and training, by hand
// and by nn and optim. Compiled for each instruction set by script/portability; needs nothing but the library.
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/nn.h>

#include "check.h"
#include "registers.h"

using namespace tapegrad;

namespace portability {
namespace {

/// Numbers in [-1, 1) that follow from their place.
template <class T>
Tensor<T> numbers(std::vector<std::size_t> shape) {
  xt::xarray<T> x = xt::xarray<T>::from_shape(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = T(double((i * 7919 + 13) % 1009) / 504.5 - 1);
  return Tensor<T>(x);
}

template <class T>
void fused() {
  const auto f = [](auto x, auto a) { return where(x > 0, x * sigmoid(a * x), tanh(x) + exp(-x * x)) + maximum(x, a); };
  const Tensor<T> x = variable(numbers<T>({37, 19})), a = variable(numbers<T>({19}));
  Tape tape;
  const Tensor<T> y = fuse_sum(f, x, a);
  const Gradients g = tape.backward(y);
  long double total = 0;
  bool same = true;
  xt::xarray<T> dx = g[x].value(), dense = x.value(), row = a.value();
  for (std::size_t i = 0; i < dense.size(); ++i) {
    using D = Dual<double>;
    const D d = f(D::input(double(dense.flat(i))), D(double(row.flat(i % 19))));
    total += d.value;
    same &= close(dx.flat(i), d.along(), 64);
  }
  expect(same, "partials of fuse");
  expect(close(y.item(), total, 4096), "value of fuse_sum");
}

template <class T>
void product(std::size_t m, std::size_t n, std::size_t k, const char* what) {
  const Tensor<T> a = numbers<T>({m, k}), b = numbers<T>({k, n});
  const Tensor<T> products[]{matmul(a, b), matmul(transpose(transpose(a)), b)};
  for (const Tensor<T>& c : products) {
    bool same = true;
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double total = 0;
        for (std::size_t p = 0; p < k; ++p) total += double(a.data()[i * k + p]) * double(b.data()[p * n + j]);
        same &= std::abs(double(c.data()[i * n + j]) - total) <= 4 * double(k) * std::numeric_limits<T>::epsilon();
      }
    }
    expect(same, what);
  }
}

/// A tile of sums, and what is left of one, on registers of this length.
template <class T>
void convolutions() {
  const Tensor<T> x = numbers<T>({2, 3, 9, 13}), w = numbers<T>({11, 3, 3, 2});
  const Tensor<T> y = conv2d(x, w, {.stride = {1, 2}, .padding = 1});
  bool same = y.shape() == Shape{2, 11, 9, 7};
  for (std::size_t i = 0; same && i < y.size(); ++i) {
    const std::size_t column = i % 7, row = i / 7 % 9, out = i / 63 % 11, picture = i / 693;
    double total = 0;
    for (std::size_t k = 0; k < 18; ++k) {
      const std::size_t at_x = column * 2 + k % 2, at_y = row + k / 2 % 3, channel = k / 6;
      if (at_x < 1 || at_x > 13 || at_y < 1 || at_y > 9) continue;
      total += double(x.data()[((picture * 3 + channel) * 9 + at_y - 1) * 13 + at_x - 1]) * double(w.data()[out * 18 + k]);
    }
    same = std::abs(double(y.data()[i]) - total) <= 40 * double(std::numeric_limits<T>::epsilon());
  }
  expect(same, "convolution");
}

template <class T>
void reductions() {
  const Tensor<T> x = numbers<T>({123, 457});
  long double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += x.data()[i];
  expect(std::abs(sum(x).item() - T(total)) < 4e4 * std::numeric_limits<T>::epsilon(), "sum");
  const Tensor<T> columns = sum(x, {0});
  bool same = true;
  for (std::size_t j = 0; j < 457; ++j) {
    long double column = 0;
    for (std::size_t i = 0; i < 123; ++i) column += x.data()[i * 457 + j];
    same &= std::abs(columns.data()[j] - T(column)) < 500 * std::numeric_limits<T>::epsilon();
  }
  expect(same, "sum along an axis");
}

/// Least squares by gradient descent, beside the same steps in plain loops of double.
template <class T>
void training() {
  constexpr std::size_t rows = 33, columns = 5;
  const Tensor<T> x = numbers<T>({rows, columns}), y = numbers<T>({rows, 1});
  Tensor<T> w = variable(Tensor<T>::full({columns, 1}, 0));
  double plain[columns] = {}, loss = 0, expected = 0;
  for (int epoch = 0; epoch < 50; ++epoch) {
    Tape tape;
    const Tensor<T> error = mean(square(matmul(x, w) - y));
    loss = double(error.item());
    const Gradients g = tape.backward(error);
    w.set_value(w.value() - T(0.1) * g[w].value());
    double slope[columns] = {};
    expected = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double off = -double(y.data()[i]);
      for (std::size_t j = 0; j < columns; ++j) off += double(x.data()[i * columns + j]) * plain[j];
      for (std::size_t j = 0; j < columns; ++j) slope[j] += 2 * off * double(x.data()[i * columns + j]) / rows;
      expected += off * off / rows;
    }
    for (std::size_t j = 0; j < columns; ++j) plain[j] -= 0.1 * slope[j];
  }
  expect(std::abs(loss - expected) < 200 * std::numeric_limits<T>::epsilon(), "loss after 50 steps");
}

/// A network of two layers, trained by Adam on a function of two numbers. Its first and its last loss.
template <class T>
std::array<double, 2> network() {
  nn::BasicDense<T> hidden(2, 16, {.activation = nn::tanh}), last(16, 1);
  hidden.weight.set_value(numbers<T>({2, 16}));
  last.weight.set_value(T(0.5) * numbers<T>({16, 1}));
  optim::Parameters parameters = nn::parameters(hidden);
  for (const auto& parameter : nn::parameters(last)) parameters.push_back(parameter);
  optim::Adam adam(parameters, {.learning_rate = 0.02});
  const Tensor<T> x = numbers<T>({64, 2}),
                  y = sin(3 * view(x, xt::all(), xt::range(0, 1))) * view(x, xt::all(), xt::range(1, 2));
  std::array<double, 2> losses{};
  for (int step = 0; step <= 100; ++step) {
    Tape tape;
    const Tensor<T> loss = nn::mean_squared_error(last(hidden(x)), y);
    if (step == 0) losses[0] = double(loss.item());
    losses[1] = double(loss.item());
    adam.step(tape.backward(loss));
  }
  return losses;
}

/// The loss falls, and to the same number in float and in double.
void networks() {
  const auto of_float = network<float>(), of_double = network<double>();
  expect(of_float[1] < of_float[0] / 20 && of_double[1] < of_double[0] / 20, "the loss of a network falls");
  expect(std::abs(of_float[1] - of_double[1]) < 1e-3 * of_double[0], "a network's losses in float and in double");
}

template <class T>
void everything() {
  fused<T>();
  product<T>(3, 5, 7, "small product");
  product<T>(130, 70, 90, "large product");
  convolutions<T>();
  reductions<T>();
  training<T>();
}

}  // namespace
}  // namespace portability

int main() {
  portability::registers();
  portability::everything<float>();
  portability::everything<double>();
  portability::networks();
  std::printf("%s, registers of %zu floats: %d checks failed\n", xsimd::default_arch::name(), Lanes<float>::count,
              portability::failed);
  return portability::failed != 0;
}
