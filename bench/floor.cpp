#include "floor.h"

#include <cmath>
#include <cstring>

namespace floors {

float SeedNetwork::step(const float* x, const float* y, int batch) {
  alignas(64) float hidden[32][16], logit[32], slope[32];
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
  const float share = 1.f / float(batch);
  float loss = 0;
  g[160] = 0;
  for (int r = 0; r < batch; ++r) {
    const float z = logit[r], e = std::exp(-std::fabs(z));
    loss += (z > 0 ? z : 0.f) - z * y[r] + std::log1p(e);
    slope[r] = ((z > 0 ? 1.f : e) / (1 + e) - y[r]) * share;
    g[160] += slope[r];
  }
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
  beta1_power *= 0.9f;
  beta2_power *= 0.999f;
  const float rate = 1e-3f / (1 - beta1_power), correction = 1 / (1 - beta2_power);
  for (int i = 0; i < 176; ++i) {
    m[i] = 0.9f * m[i] + 0.1f * g[i];
    v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
    p[i] -= rate * m[i] / (std::sqrt(v[i] * correction) + 1e-8f);
  }
  return loss * share;
}

}  // namespace floors
