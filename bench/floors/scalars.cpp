// Adjoints of functions of scalars, written by hand: the function and its gradient in one pass, without a tape.
#include <algorithm>
#include <cmath>

#include "floors.h"

namespace floors {

double rosenbrock(const double* x, double* g, std::size_t n) {
  double sum = 0, carried = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    sum += 100 * a * a + b * b;
    g[i] = carried - 400 * a * x[i] - 2 * b;
    carried = 200 * a;
  }
  g[n - 1] = carried;
  return sum;
}

double log_sum_exp(const double* x, double* g, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += g[i] = std::exp(x[i] - 3);
  for (std::size_t i = 0; i < n; ++i) g[i] /= sum;
  return std::log(sum) + 3;
}

double ScalarNetwork::gradient(const double* p, double* g) const {
  const double *w = p, *bias = w + hidden * in, *v = bias + hidden, *c = v + hidden;
  double *dw = g, *dbias = dw + hidden * in, *dv = dbias + hidden, *dc = dv + hidden;
  std::fill(g, g + parameters, 0.0);
  double loss = 0;
  for (int row = 0; row < batch; ++row) {
    const double* x = &inputs[std::size_t(row * in)];
    const double target = targets[std::size_t(row)];
    double h[hidden], z = *c;
    for (int j = 0; j < hidden; ++j) {
      double sum = bias[j];
      for (int i = 0; i < in; ++i) sum += w[j * in + i] * x[i];
      h[j] = std::tanh(sum);
      z += v[j] * h[j];
    }
    const double q = 1 / (1 + std::exp(-z));
    loss -= target * std::log(q) + (1 - target) * std::log(1 - q);
    const double dz = (q - target) / batch;
    *dc += dz;
    for (int j = 0; j < hidden; ++j) {
      dv[j] += dz * h[j];
      const double da = dz * v[j] * (1 - h[j] * h[j]);
      dbias[j] += da;
      for (int i = 0; i < in; ++i) dw[j * in + i] += da * x[i];
    }
  }
  return loss / batch;
}

double matrix_vector(const double* p, double* g, std::size_t n) {
  const double* v = p + n * n;
  double* dv = g + n * n;
  std::fill(dv, dv + n, 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double* row = p + i * n;
    double* drow = g + i * n;
    double dot = 0;
    for (std::size_t j = 0; j < n; ++j) dot += row[j] * v[j];
    sum += dot * dot;
    for (std::size_t j = 0; j < n; ++j) {
      drow[j] = 2 * dot * v[j];
      dv[j] += 2 * dot * row[j];
    }
  }
  return sum;
}

// The Greeks in closed form.
double black_scholes(const double* p, double* g, std::size_t options) {
  double sum = 0;
  for (std::size_t i = 0; i < options; ++i, p += 5, g += 5) {
    const double spot = p[0], strike = p[1], rate = p[2], volatility = p[3], time = p[4];
    const double root = std::sqrt(time), spread = volatility * root;
    const double d1 = (std::log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread;
    const double d2 = d1 - spread;
    const double n1 = 0.5 * (1 + std::erf(d1 * 0.70710678118654752)),
                 n2 = 0.5 * (1 + std::erf(d2 * 0.70710678118654752));
    const double discount = std::exp(-rate * time), density = 0.3989422804014327 * std::exp(-0.5 * d1 * d1);
    sum += spot * n1 - strike * discount * n2;
    g[0] = n1;
    g[1] = -discount * n2;
    g[2] = strike * time * discount * n2;
    g[3] = spot * density * root;
    g[4] = spot * density * volatility / (2 * root) + rate * strike * discount * n2;
  }
  return sum;
}

double SinRecurrence::gradient(const double* p, double* g) {
  const double a = p[0], b = p[1];
  double x = p[2];
  passed_.resize(steps_);
  for (auto& [sine, cosine] : passed_) {
    sine = std::sin(x);
    cosine = std::cos(x);
    x = sine * a + b;
  }
  double dx = 1, da = 0, db = 0;
  for (std::size_t i = passed_.size(); i-- > 0;) {
    db += dx;
    da += dx * passed_[i].first;
    dx = dx * a * passed_[i].second;
  }
  g[0] = da;
  g[1] = db;
  g[2] = dx;
  return x;
}

}  // namespace floors
