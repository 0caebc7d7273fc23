// A program built with other flags than the library: its registers are of another length, and what it compiles itself
// (tensors from xtensor, fused ops, their dual numbers) must agree with what the library compiled.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

namespace {

int failures = 0;

void check(bool good, const std::string& what) {
  if (good) return;
  ++failures;
  std::printf("wrong: %s\n", what.c_str());
}

template <Real T>
void check_close(const Tensor<T>& a, const Tensor<T>& b, const std::string& what) {
  const double allowed = sizeof(T) == 4 ? 2e-6 : 1e-14;
  bool good = a.shape() == b.shape();
  for (std::size_t i = 0; good && i < a.size(); ++i) {
    good = std::abs(a.data()[i] - b.data()[i]) <= allowed * std::max(1., std::abs(double(b.data()[i])));
  }
  check(good, what);
}

template <Real T>
Tensor<T> ramp(const Shape& shape, double low, double high) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.mutable_data()[i] = T(low + (high - low) * double(i * 7 % x.size()) / double(std::max<std::size_t>(1, x.size())));
  }
  return x;
}

auto formula = [](const auto& x, const auto& a, const auto& b) { return sigmoid(a * x + b) * tanh(x) + exp(-(x * x)); };

// Value and gradients of f, which is called while a tape records.
template <Real T, class F>
std::vector<Tensor<T>> value_and_gradients(const F& f, const std::vector<Tensor<T>>& x) {
  Tape tape;
  const Tensor<T> y = f(x);
  const Gradients g = tape.backward(sum(square(y)));
  return {constant(y), g[x[0]], g[x[1]], g[x[2]]};
}

// fuse and fuse_sum, compiled here, next to the library's own ops.
template <Real T>
void fused_agrees(const std::vector<Shape>& shapes, const std::string& what) {
  std::vector<Tensor<T>> x;
  for (const Shape& shape : shapes) x.push_back(variable(ramp<T>(shape, -1.5, 2)));
  auto composed = [](const auto& v) { return formula(v[0], v[1], v[2]); };
  auto elements = [](const auto& v) { return fuse(formula, v[0], v[1], v[2]); };
  const auto p = value_and_gradients<T>(composed, x), q = value_and_gradients<T>(elements, x);
  for (std::size_t i = 0; i < p.size(); ++i) check_close(q[i], p[i], "fuse, " + what);
  auto total = [](const auto& v) { return mean(formula(v[0], v[1], v[2])); };
  auto in_one = [](const auto& v) {
    return fuse_sum(formula, v[0], v[1], v[2]) / double(formula(v[0], v[1], v[2]).size());
  };
  const auto r = value_and_gradients<T>(total, x), s = value_and_gradients<T>(in_one, x);
  for (std::size_t i = 0; i < r.size(); ++i) check_close(s[i], r[i], "fuse_sum, " + what);
}

template <Real T>
void fused_agrees_everywhere() {
  for (std::size_t n = 0; n < 70; n += n < 20 ? 1 : 7) {
    if (n > 0) fused_agrees<T>({{n}, {n}, {n}}, std::to_string(n) + " elements");
    fused_agrees<T>({{3, n + 1}, {n + 1}, {3, 1}}, "rows of " + std::to_string(n + 1));
  }
  fused_agrees<T>({{40001}, {40001}, {40001}}, "several chunks");
}

void xtensor_crosses_the_border() {
  const xt::xarray<double> numbers{{1., 2., 3.}, {4., 5., 6.}};
  Tensor<double> x = variable(numbers, "x");
  Tape tape;
  const Gradients g = tape.backward(sum(x * x * (numbers + 1)));
  check(xt::allclose(g[x].value(), 2 * numbers * (numbers + 1)), "the gradient of an xtensor expression");
  x.set_value(Tensor<double>(xt::xarray<double>(numbers * 2)));
  check(x.value()(1, 2) == 12, "set_value from an xtensor expression");
}

void library_calls_back() {
  auto call = [](const Tensor<double>& x, const Tensor<double>& a, const Tensor<double>& b) {
    return fuse(formula, x, a, b);
  };
  const std::vector<Tensor<double>> x{ramp<double>({2, 5}, -1, 1), ramp<double>({5}, -2, 2),
                                      ramp<double>({2, 1}, 0, 1)};
  check(gradcheck(call, x, {.order = 2, .absolute = 1e-7}).passed(), "gradcheck of a fused op");
  const Tensor<float> v = variable(ramp<float>({37}, -1, 1)), one = Tensor<float>::full({37}, 1);
  Tape tape({.replayable = true});
  const Tensor<float> y = fuse(formula, v, one, one);
  Tape::Pause pause;
  const Tensor<double> u = cast<double>(constant(v)), one64 = cast<double>(one);
  check_close(tape.replay<double>(y, {}), formula(u, one64, one64), "a fused op replayed in double");
}

// Adam on a model whose activation is the library's op, or the same function fused here.
template <class Activation>
std::vector<float> losses(const Activation& activation) {
  nn::seed(5);
  nn::Dense hidden(6, 33), output(33, 1);
  const Tensor<float> x = ramp<float>({50, 6}, -1, 1), y = sin(sum(x, {1}, {.keepdims = true}));
  optim::Adam adam(optim::Parameters{{"w1", hidden.weight.tensor()},
                                     {"b1", hidden.bias.tensor()},
                                     {"w2", output.weight.tensor()},
                                     {"b2", output.bias.tensor()}},
                   {.learning_rate = 1e-2});
  std::vector<float> result;
  for (int step = 0; step < 60; ++step) {
    Tape tape;
    const Tensor<float> loss = nn::mean_squared_error(output(activation(hidden(x))), y);
    adam.step(tape.backward(loss));
    result.push_back(loss.item());
  }
  return result;
}

void training_agrees() {
  const std::vector<float> a = losses([](const auto& x) { return tanh(x); });
  const std::vector<float> b = losses([](const auto& x) { return fuse([](const auto& v) { return tanh(v); }, x); });
  std::printf("losses with Adam: %g, then %g\n", a.front(), a.back());
  check(a.back() < a.front() / 2, "Adam makes the loss smaller");
  for (std::size_t i = 0; i < a.size(); ++i) check(std::abs(a[i] - b[i]) < 1e-4, "loss of step " + std::to_string(i));
}

}  // namespace

int main() {
  std::printf("compiled here for %s, registers of %zu floats\n", xsimd::default_arch::name(), Lanes<float>::count);
  xtensor_crosses_the_border();
  fused_agrees_everywhere<float>();
  fused_agrees_everywhere<double>();
  library_calls_back();
  training_agrees();
  return failures == 0 ? 0 : 1;
}
