// Inputs that are the same in every run.
#pragma once
#include <tapegrad/nn/random.h>
#include <tapegrad/tensor/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bench {

inline tapegrad::Tensor<float> uniform(const tapegrad::Shape& shape, double limit, tapegrad::nn::Random& random) {
  auto x = tapegrad::Tensor<float>::empty(shape);
  std::generate_n(x.mutable_data(), x.size(), [&] { return float(random.uniform(-limit, limit)); });
  return x;
}

inline double largest(const float* a, std::size_t count) {
  double most = 0;
  for (std::size_t i = 0; i < count; ++i) most = std::max(most, double(std::abs(a[i])));
  return most;
}

/// The largest difference of two arrays; infinite when a number in either is none.
inline double largest_difference(const float* a, const float* b, std::size_t count) {
  double worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double difference = std::abs(double(a[i]) - double(b[i]));
    worst = difference <= worst ? worst : std::isnan(difference) ? HUGE_VAL : difference;
  }
  return worst;
}

}  // namespace bench
