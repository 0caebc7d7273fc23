#include <omp.h>

#include <algorithm>
#include <cstring>

#include "ops.h"

namespace floors {

void RowSelection::run(const float* x, const std::int32_t* chosen, const float* dy) {
  const std::size_t taken = y.size() / columns_, rows = dx.size() / columns_, share = share_of_thread(columns_);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < taken; ++i) {
    std::memcpy(y + i * columns_, x + std::size_t(chosen[i]) * columns_, columns_ * sizeof(float));
  }
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) std::fill_n(dx + i * columns_, columns_, 0.f);
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < columns_; begin += share) {
    const std::size_t end = std::min(columns_, begin + share);
    for (std::size_t i = 0; i < taken; ++i) {
      float* const to = dx + std::size_t(chosen[i]) * columns_;
      for (std::size_t k = begin; k < end; ++k) to[k] += dy[i * columns_ + k];
    }
  }
}

void Gather::run(const float* x, const std::int32_t* chosen, const float* dy) {
  const std::size_t rows = y.size() / columns_;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t at = i * columns_;
    for (std::size_t k = 0; k < columns_; ++k) y[at + k] = x[at + std::size_t(chosen[at + k])];
  }
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t at = i * columns_;
    std::fill_n(dx + at, columns_, 0.f);
    for (std::size_t k = 0; k < columns_; ++k) dx[at + std::size_t(chosen[at + k])] += dy[at + k];
  }
}

void SortedRows::run(const float* x, const float* dy) {
  const std::size_t rows = y.size() / columns_;
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) {
    Element* const order = order_.data() + i * columns_;
    for (std::size_t k = 0; k < columns_; ++k) order[k] = {x[i * columns_ + k], std::int32_t(k)};
    std::sort(order, order + columns_, [](const Element& a, const Element& b) {
      return a.value < b.value || (a.value == b.value && a.column < b.column);
    });
    for (std::size_t k = 0; k < columns_; ++k) y[i * columns_ + k] = order[k].value;
  }
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t at = i * columns_;
    for (std::size_t k = 0; k < columns_; ++k) dx[at + std::size_t(order_[at + k].column)] = dy[at + k];
  }
}

// The slopes of a row that was read several times are added where it was met first.
void TableStep::run(const float* start, const std::int32_t* chosen, const float* dy) {
  const std::size_t read = y.size() / width_;
  if (!started_) std::copy_n(start, p.size(), static_cast<float*>(p));
  started_ = true;
  rates_.next();
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < read; ++i) {
    std::memcpy(y + i * width_, p + std::size_t(chosen[i]) * width_, width_ * sizeof(float));
  }
  touched_.clear();
  for (std::size_t i = 0; i < read; ++i) {
    std::int32_t& place = place_[std::size_t(chosen[i])];
    const float* const from = dy + i * width_;
    if (place < 0) {
      place = std::int32_t(touched_.size());
      touched_.push_back(chosen[i]);
      std::memcpy(slope_ + std::size_t(place) * width_, from, width_ * sizeof(float));
    } else {
      float* const to = slope_ + std::size_t(place) * width_;
      for (std::size_t k = 0; k < width_; ++k) to[k] += from[k];
    }
  }
  const std::size_t count = touched_.size();
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = std::size_t(touched_[i]) * width_;
    place_[std::size_t(touched_[i])] = -1;
    adam_step(p + at, slope_ + i * width_, m_ + at, v_ + at, width_, rates_);  // so few are one thread's
  }
}

}  // namespace floors
