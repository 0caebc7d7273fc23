#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "floors.h"

namespace floors {

void Free::operator()(void* block) const { std::free(block); }

Block::Block(std::size_t count)
    : data_(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64))), count_(count) {
  if (!data_) throw std::bad_alloc();
  std::memset(data_.get(), 0, count * sizeof(float));
}

std::size_t share_of_thread(std::size_t count) {
  const std::size_t threads = std::size_t(omp_get_max_threads());
  return std::max<std::size_t>(64, (count / threads + 63) / 64 * 64);
}

void AdamRates::next() {
  beta1_power *= 0.9f;
  beta2_power *= 0.999f;
  rate = 1e-3f / (1 - beta1_power);
  correction = 1 / (1 - beta2_power);
}

namespace {

void adam_pass(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v,
               std::size_t count, float rate, float correction) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = 0.9f * m[i] + 0.1f * g[i];
    v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
    p[i] -= rate * m[i] / (std::sqrt(v[i] * correction) + 1e-8f);
  }
}

}  // namespace

void adam_step(float* p, const float* g, float* m, float* v, std::size_t count, const AdamRates& rates) {
  if (count < 20000) return adam_pass(p, g, m, v, count, rates.rate, rates.correction);
  const std::size_t share = share_of_thread(count);
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < count; begin += share) {
    adam_pass(p + begin, g + begin, m + begin, v + begin, std::min(share, count - begin), rates.rate, rates.correction);
  }
}

}  // namespace floors
