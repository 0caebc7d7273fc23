// Arrays compared and multiplied.
#pragma once
#include <doctest/doctest.h>
#include <tapegrad/tensor/tensor.h>

#include <cmath>

inline double dot(const tapegrad::Tensor<double>& a, const tapegrad::Tensor<double>& b) {
  double total = 0;
  REQUIRE(text(a.shape()) == text(b.shape()));
  for (std::size_t i = 0; i < a.size(); ++i) total += a.data()[i] * b.data()[i];
  return total;
}
/// Checks shapes, and elements to epsilon of 1 plus their magnitude.
inline void same(const tapegrad::Tensor<double>& a, const tapegrad::Tensor<double>& b, double epsilon = 1e-13) {
  REQUIRE(text(a.shape()) == text(b.shape()));
  for (std::size_t i = 0; i < a.size(); ++i)
    CHECK(std::abs(a.data()[i] - b.data()[i]) <= epsilon * (1 + std::abs(b.data()[i])));
}
