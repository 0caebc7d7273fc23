#include <cblas.h>
#include <omp.h>

#include <algorithm>
#include <cstring>

#include "fast_math.h"
#include "floors.h"

namespace floors {
namespace {

constexpr int batch = Mlp::batch, wide = Mlp::wide, out = Mlp::out;

// h = relu(h + bias)
void activate(float* __restrict h, const float* __restrict bias) {
#pragma omp parallel for schedule(static)
  for (int r = 0; r < batch; ++r)
    for (int j = 0; j < wide; ++j) {
      const float z = h[r * wide + j] + bias[j];
      h[r * wide + j] = z > 0 ? z : 0.f;
    }
}

// d = d where h > 0, else 0; g = sum of the rows of d. Threads take columns, so that they share no sums.
void deactivate(float* __restrict d, const float* __restrict h, float* __restrict g) {
  const int share = int(share_of_thread(wide));
#pragma omp parallel for schedule(static)
  for (int begin = 0; begin < wide; begin += share) {
    const int end = std::min(wide, begin + share);
    std::memset(g + begin, 0, std::size_t(end - begin) * sizeof(float));
    for (int r = 0; r < batch; ++r)
      for (int j = begin; j < end; ++j) {
        const float z = h[r * wide + j] > 0 ? d[r * wide + j] : 0.f;
        d[r * wide + j] = z;
        g[j] += z;
      }
  }
}

}  // namespace

Mlp::Mlp(Products products)
    : w1(in * wide),
      b1(wide),
      w2(wide * wide),
      b2(wide),
      w3(wide * out),
      b3(out),
      products_(products),
      h1_(batch * wide),
      h2_(batch * wide),
      o_(batch * out),
      d1_(batch * wide),
      d2_(batch * wide) {}

// c (m, n) = a b, each perhaps stored transposed
void Mlp::product(Matrix a, Matrix b, float* c, int m, int n, int k) const {
  const auto ta = a.transposed ? CblasTrans : CblasNoTrans, tb = b.transposed ? CblasTrans : CblasNoTrans;
  const int lda = a.transposed ? m : k, ldb = b.transposed ? k : n;
  if (products_ == Products::threaded_by_blas) {
    return cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a.data, lda, b.data, ldb, 0, c, n);
  }
  const int share = (m + omp_get_max_threads() - 1) / omp_get_max_threads();
#pragma omp parallel for schedule(static)
  for (int begin = 0; begin < m; begin += share) {  // inside a parallel region BLAS uses one thread
    const float* from = a.data + std::size_t(begin) * std::size_t(a.transposed ? 1 : k);
    cblas_sgemm(CblasRowMajor, ta, tb, std::min(share, m - begin), n, k, 1, from, lda, b.data, ldb, 0,
                c + std::size_t(begin) * std::size_t(n), n);
  }
}

// o becomes the slope of the mean cross-entropy of softmax(o + b3); b3.g its sum over the rows.
float Mlp::loss_and_slope(const int* labels) {
  float loss = 0;
  std::memset(b3.g, 0, out * sizeof(float));
  for (int r = 0; r < batch; ++r) {
    float *o = o_ + r * out, largest = -1e30f, total = 0, at_label = 0;
    for (int j = 0; j < out; ++j) largest = std::max(largest, o[j] += b3.p[j]);
    at_label = o[labels[r]] - largest;
    for (int j = 0; j < out; ++j) total += (o[j] = fast_exp(o[j] - largest));
    loss += fast_log(total) - at_label;
    const float scale = 1 / (total * float(batch));
    for (int j = 0; j < out; ++j) o[j] *= scale;
    o[labels[r]] -= 1.f / float(batch);
    for (int j = 0; j < out; ++j) b3.g[j] += o[j];
  }
  return loss / float(batch);
}

void Mlp::update(Parameter& w) { adam_step(w.p, w.g, w.m, w.v, w.p.size(), adam_); }

float Mlp::step(const float* x, const int* labels) {
  adam_.next();
  product({x}, {w1.p}, h1_, batch, wide, in);
  activate(h1_, b1.p);
  product({h1_}, {w2.p}, h2_, batch, wide, wide);
  activate(h2_, b2.p);
  product({h2_}, {w3.p}, o_, batch, out, wide);
  const float loss = loss_and_slope(labels);
  product({o_}, {w3.p, true}, d2_, batch, wide, out);
  deactivate(d2_, h2_, b2.g);
  product({d2_}, {w2.p, true}, d1_, batch, wide, wide);
  deactivate(d1_, h1_, b1.g);
  // Every gradient is used while it is still in the cache.
  product({h2_, true}, {o_}, w3.g, wide, out, batch);
  update(w3);
  product({h1_, true}, {d2_}, w2.g, wide, wide, batch);
  update(w2);
  product({x, true}, {d1_}, w1.g, in, wide, batch);
  update(w1);
  for (Parameter* b : {&b1, &b2, &b3}) update(*b);
  return loss;
}

}  // namespace floors
