#include <algorithm>
#include <cstring>

#include "ops.h"

namespace floors {

void sum_in_order(Block& to, const Block& parts) {
  const std::size_t columns = to.size();
  std::fill_n(static_cast<float*>(to), columns, 0.f);
  for (std::size_t i = 0; i < parts.size() / columns; ++i) {
    for (std::size_t k = 0; k < columns; ++k) to[k] += parts[i * columns + k];
  }
}

void ColumnSlice::run(const float* x, const float* dy) {
  const auto copy = [this](float* to, const float* from) { std::memcpy(to, from, taken_ * sizeof(float)); };
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows_; ++i) copy(y + i * taken_, x + i * columns_ + first_);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows_; ++i) {
    float* const row = dx + i * columns_;
    std::fill(row, row + first_, 0.f);
    copy(row + first_, dy + i * taken_);
    std::fill(row + first_ + taken_, row + columns_, 0.f);
  }
}

// Rows in blocks of 16, each summed in floats, and these sums in order.
void RowProduct::run(const float* x, const float* row, const float* dy) {
  constexpr std::size_t block = 16;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows_; ++i) {
    for (std::size_t k = 0; k < columns_; ++k) y[i * columns_ + k] = x[i * columns_ + k] * row[k];
  }
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < rows_; begin += block) {
    float* const part = parts_ + begin / block * columns_;
    std::fill(part, part + columns_, 0.f);
    for (std::size_t i = begin; i < std::min(rows_, begin + block); ++i) {
      const float *g = dy + i * columns_, *from = x + i * columns_;
      float* const to = dx + i * columns_;
      for (std::size_t k = 0; k < columns_; ++k) to[k] = g[k] * row[k];
      for (std::size_t k = 0; k < columns_; ++k) part[k] += g[k] * from[k];
    }
  }
  sum_in_order(drow, parts_);
}

}  // namespace floors
