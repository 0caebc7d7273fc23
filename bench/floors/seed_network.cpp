#include <cmath>
#include <cstring>

#include "fast_math.h"
#include "floors.h"

namespace floors {
namespace {

void update(SeedNetwork& n) {
  n.adam.next();
  adam_step(n.p, n.g, n.m, n.v, 176, n.adam);  // with the padding: no remainder to deal with
}

using Vector = float __attribute__((vector_size(32)));
/// The sixteen hidden units of one row.
struct Row {
  Vector low, high;
};
Row load(const float* from) {
  Row row;
  std::memcpy(&row, from, sizeof row);
  return row;
}
void store(float* to, const Row& row) { std::memcpy(to, &row, sizeof row); }
inline void add_product(Row& sum, float factor, const Row& row) {
  sum.low += factor * row.low;
  sum.high += factor * row.high;
}
inline float total(Vector v) { return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7])); }

// Mean binary cross-entropy of sigmoid(logit); its slopes, and their sum.
float loss_and_slopes(const float* logit, const float* y, float* slope, float& slopes, int batch) {
  const float share = 1.f / float(batch);
  float loss = 0, sum = 0;
  for (int r = 0; r < batch; ++r) {
    const float z = logit[r], e = fast_exp(-std::fabs(z));
    loss += (z > 0 ? z : 0.f) - z * y[r] + fast_log(1 + e);
    slope[r] = ((z > 0 ? 1.f : e) / (1 + e) - y[r]) * share;
    sum += slope[r];
  }
  slopes = sum;
  return loss * share;
}

}  // namespace

float SeedNetwork::step_by_rows(const float* x, const float* y, int batch) {
  std::memset(g, 0, sizeof g);
  float loss = 0;
  const float share = 1.f / float(batch);
  for (int r = 0; r < batch; ++r) {
    float h[16], dh[16], z = p[160];
    std::memcpy(h, p + 128, sizeof h);
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 16; ++j) h[j] += x[r * 8 + i] * p[i * 16 + j];
    for (int j = 0; j < 16; ++j) h[j] = h[j] > 0 ? h[j] : 0.f;
    for (int j = 0; j < 16; ++j) z += h[j] * p[144 + j];
    const float s = fast_sigmoid(z), slope = (s - y[r]) * share;
    loss -= y[r] * std::log(s) + (1 - y[r]) * std::log(1 - s);
    g[160] += slope;
    for (int j = 0; j < 16; ++j) {
      g[144 + j] += slope * h[j];
      dh[j] = h[j] > 0 ? slope * p[144 + j] : 0.f;
      g[128 + j] += dh[j];
    }
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 16; ++j) g[i * 16 + j] += x[r * 8 + i] * dh[j];
  }
  update(*this);
  return loss * share;
}

float SeedNetwork::step_by_layers(const float* x, const float* y, int batch) {
  alignas(64) float hidden[32][16], logit[32] = {}, slope[32];
  for (int r = 0; r < batch; ++r) {
    float* h = hidden[r];
    std::memcpy(h, p + 128, 64);
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 16; ++j) h[j] += x[r * 8 + i] * p[i * 16 + j];
    float z = p[160];
    for (int j = 0; j < 16; ++j) {
      h[j] = h[j] > 0 ? h[j] : 0.f;
      z += h[j] * p[144 + j];
    }
    logit[r] = z;
  }
  const float loss = loss_and_slopes(logit, y, slope, g[160], batch);
  float g1[16] = {}, g2[16] = {}, gw[8][16] = {};
  for (int r = 0; r < batch; ++r) {
    float d[16];
    for (int j = 0; j < 16; ++j) {
      g2[j] += slope[r] * hidden[r][j];
      d[j] = hidden[r][j] > 0 ? slope[r] * p[144 + j] : 0.f;
      g1[j] += d[j];
    }
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 16; ++j) gw[i][j] += x[r * 8 + i] * d[j];
  }
  std::memcpy(g, gw, sizeof gw);
  std::memcpy(g + 128, g1, sizeof g1);
  std::memcpy(g + 144, g2, sizeof g2);
  update(*this);
  return loss;
}

float SeedNetwork::step_by_vectors(const float* x, const float* y, int batch) {
  Row hidden[32];
  alignas(64) float logit[32] = {}, slope[32];
  Row w1[8], w2 = load(p + 144), b1 = load(p + 128);
  for (int i = 0; i < 8; ++i) w1[i] = load(p + 16 * i);
  for (int r = 0; r < batch; ++r) {
    Row h = b1;
    for (int i = 0; i < 8; ++i) add_product(h, x[r * 8 + i], w1[i]);
    hidden[r] = {h.low > 0 ? h.low : Vector{}, h.high > 0 ? h.high : Vector{}};
    logit[r] = p[160] + total(hidden[r].low * w2.low + hidden[r].high * w2.high);
  }
  const float loss = loss_and_slopes(logit, y, slope, g[160], batch);
  // Two passes of four inputs each: all sums stay in registers.
  Row g1{}, g2{};
  for (int begin = 0; begin < 8; begin += 4) {
    Row gw[4] = {};
    for (int r = 0; r < batch; ++r) {
      const Vector s = slope[r] - Vector{};
      const Row d{hidden[r].low > 0 ? s * w2.low : Vector{}, hidden[r].high > 0 ? s * w2.high : Vector{}};
      for (int i = 0; i < 4; ++i) add_product(gw[i], x[r * 8 + begin + i], d);
      if (begin > 0) {
        add_product(g2, slope[r], hidden[r]);
        add_product(g1, 1.f, d);
      }
    }
    for (int i = 0; i < 4; ++i) store(g + 16 * (begin + i), gw[i]);
  }
  store(g + 128, g1);
  store(g + 144, g2);
  update(*this);
  return loss;
}

}  // namespace floors
