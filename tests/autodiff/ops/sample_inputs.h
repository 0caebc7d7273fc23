// Random inputs for the samples of the op list.
#pragma once
#include <cmath>
#include <random>

#include <tapegrad/autodiff.h>

/// Inputs of the sample's shapes in its domain, outside the margin around 0.
inline std::vector<tapegrad::Tensor<double>> sample_inputs(const tapegrad::Sample& sample, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<tapegrad::Tensor<double>> inputs;
  for (const tapegrad::Shape& shape : sample.shapes) {
    auto x = tapegrad::Tensor<double>::empty(shape);
    for (std::size_t i = 0; i < x.size(); ++i) {
      double v;
      do {
        v = sample.domain.low + (sample.domain.high - sample.domain.low) * double(generator() >> 11) * 0x1p-53;
      } while (std::abs(v) < sample.domain.margin);
      x.mutable_data()[i] = v;
    }
    inputs.push_back(x);
  }
  return inputs;
}
