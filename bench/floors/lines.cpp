#include <algorithm>

#include "fast_math.h"
#include "ops.h"

namespace floors {
namespace {

void softmax_row(float* __restrict y, float* __restrict dx, const float* __restrict x, const float* __restrict dy,
                 std::size_t count) {
  float most = x[0], total = 0, along = 0;
  for (std::size_t k = 0; k < count; ++k) most = std::max(most, x[k]);
  for (std::size_t k = 0; k < count; ++k) total += y[k] = fast_exp(x[k] - most);
  const float share = 1 / total;
  for (std::size_t k = 0; k < count; ++k) along += (y[k] *= share) * dy[k];
  for (std::size_t k = 0; k < count; ++k) dx[k] = y[k] * (dy[k] - along);
}

}  // namespace

void Softmax::run(const float* x, const float* dy) {
  const std::size_t rows = y.size() / columns_;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t at = i * columns_;
    softmax_row(y + at, dx + at, x + at, dy + at, columns_);
  }
}

void ColumnSums::run(const float* x, const float* dy) {
  constexpr std::size_t block = 16;
  const std::size_t columns = y.size(), rows = dx.size() / columns;
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < rows; begin += block) {
    float* const part = parts_ + begin / block * columns;
    std::fill(part, part + columns, 0.f);
    for (std::size_t i = begin; i < std::min(rows, begin + block); ++i) {
      for (std::size_t k = 0; k < columns; ++k) part[k] += x[i * columns + k];
    }
  }
  sum_in_order(y, parts_);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) std::copy(dy, dy + columns, dx + i * columns);
}

void Relu::run(const float* x, const float* dy) {
  const std::size_t count = y.size();
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; ++i) y[i] = std::max(x[i], 0.f);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; ++i) dx[i] = x[i] > 0 ? dy[i] : 0;
}

// Eight rows at a time, so that the sums of one do not wait for each other alone. Each row lags behind the one before it
// by a line of the cache: at one column of all, loads would wait for stores to the same place of another page.
void RunningSums::run(const float* x, const float* dy) {
  constexpr std::size_t together = 8, lag = 16;
  const std::size_t rows = y.size() / columns_, groups = rows / together, steps = columns_ + (together - 1) * lag;
#pragma omp parallel for schedule(static)
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t begin = group * together * columns_;
    float forward[together] = {}, backward[together] = {};
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t r = 0; r < together; ++r) {
        const std::size_t k = t - r * lag;
        if (k < columns_) y[begin + r * columns_ + k] = forward[r] += x[begin + r * columns_ + k];
      }
    }
    for (std::size_t t = steps; t-- > 0;) {
      for (std::size_t r = 0; r < together; ++r) {
        const std::size_t k = t - r * lag;
        if (k < columns_) dx[begin + r * columns_ + k] = backward[r] += dy[begin + r * columns_ + k];
      }
    }
  }
}

}  // namespace floors
