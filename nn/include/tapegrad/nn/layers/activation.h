// Activations as layers.
#pragma once
#include <string>

#include "tapegrad/ops.h"

namespace tapegrad::nn {

/// max(x, 0) of every element.
template <Real T>
struct BasicReLU {
  using value_type = T;
  Tensor<T> operator()(const Tensor<T>& x) const { return relu(x); }
  std::string name() const { return "ReLU"; }
};
/// 1 / (1 + exp(-x)) of every element.
template <Real T>
struct BasicSigmoid {
  using value_type = T;
  Tensor<T> operator()(const Tensor<T>& x) const { return sigmoid(x); }
  std::string name() const { return "Sigmoid"; }
};
/// tanh(x) of every element.
template <Real T>
struct BasicTanh {
  using value_type = T;
  Tensor<T> operator()(const Tensor<T>& x) const { return tanh(x); }
  std::string name() const { return "Tanh"; }
};
using ReLU = BasicReLU<float>;
using Sigmoid = BasicSigmoid<float>;
using Tanh = BasicTanh<float>;

}  // namespace tapegrad::nn
