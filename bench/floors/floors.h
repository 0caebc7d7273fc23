// The floors: each case's work written by hand, without tape or tensors. A floor may become faster, never slower.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace floors {

struct Free {
  void operator()(void* block) const;
};
/// Floats on a 64-byte boundary, zero at first.
class Block {
 public:
  explicit Block(std::size_t count);
  operator float*() const { return data_.get(); }
  std::size_t size() const { return count_; }

 private:
  std::unique_ptr<float[], Free> data_;
  std::size_t count_;
};

/// How many floats a chunk of one thread holds at most when `count` are split over the threads of OpenMP.
std::size_t share_of_thread(std::size_t count);

struct AdamRates {
  float beta1_power = 1, beta2_power = 1;
  float rate = 0, correction = 0;  // 1e-3 / (1 - beta1^t), 1 / (1 - beta2^t)
  void next();
};

/// 8-16 relu-1 sigmoid, binary cross-entropy, Adam 1e-3. One block of 161: w1 (8, 16), b1 (16), w2 (16), b2 (1).
struct SeedNetwork {
  alignas(64) float p[176] = {}, g[176] = {}, m[176] = {}, v[176] = {};
  AdamRates adam;
  /// Plain loops, a row at a time. Returns the loss.
  float step_by_rows(const float* x, const float* y, int batch);
  /// Plain loops, a layer at a time, with polynomial exp and log. At most 32 rows.
  float step_by_layers(const float* x, const float* y, int batch);
  /// The same with the loops over hidden units written as vectors and all sums in registers. At most 32 rows.
  float step_by_vectors(const float* x, const float* y, int batch);
};

/// 784-512-512-10, relu, softmax cross-entropy, Adam 1e-3, batch 128. Weights are (in, out).
class Mlp {
 public:
  static constexpr int batch = 128, in = 784, wide = 512, out = 10;
  /// Which threads the matrix products use: BLAS's own, or ours with one single-threaded product each.
  enum class Products { threaded_by_blas, split_by_hand };
  explicit Mlp(Products products);
  /// One step; returns the loss.
  float step(const float* x, const int* labels);

  struct Parameter {
    explicit Parameter(std::size_t count) : p(count), g(count), m(count), v(count) {}
    Block p, g, m, v;
  };
  Parameter w1, b1, w2, b2, w3, b3;

 private:
  struct Matrix {
    const float* data;
    bool transposed = false;
  };
  void product(Matrix a, Matrix b, float* c, int m, int n, int k) const;
  float loss_and_slope(const int* labels);
  void update(Parameter& w);
  Products products_;
  AdamRates adam_;
  Block h1_, h2_, o_, d1_, d2_;
};

/// sum of sigmoid(a x + b) tanh(x) + exp(-x x), with the gradients of x, a and b.
struct FusedGradients {
  explicit FusedGradients(std::size_t count) : dx(count), da(count), db(count) {}
  float run(const float* x, const float* a, const float* b);
  Block dx, da, db;
};

/// One step of Adam on p, with gradient g and moments m and v, by all threads.
void adam_step(float* p, const float* g, float* m, float* v, std::size_t count, const AdamRates& rates);

/// Functions of scalars: the value returned, the gradient in g. What they are is in cases/scalar_functions.h.
double rosenbrock(const double* x, double* g, std::size_t n);
double log_sum_exp(const double* x, double* g, std::size_t n);
double matrix_vector(const double* p, double* g, std::size_t n);
double black_scholes(const double* p, double* g, std::size_t options);
struct ScalarNetwork {
  static constexpr int in = 8, hidden = 16, batch = 32, parameters = hidden * in + hidden + hidden + 1;
  std::vector<double> inputs, targets;
  double gradient(const double* p, double* g) const;
};
class SinRecurrence {
 public:
  explicit SinRecurrence(std::size_t steps) : steps_(steps) {}
  double gradient(const double* p, double* g);

 private:
  std::size_t steps_;
  std::vector<std::pair<double, double>> passed_;  // sine and cosine of each step; empty until it is used
};

/// A malloc and a free of 64 bytes: what a tensor op that is not pooled pays at least.
void malloc_and_free();

}  // namespace floors
