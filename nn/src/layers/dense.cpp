#include "tapegrad/nn/layers/dense.h"

#include <cmath>

#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

template <Real T>
Tensor<T> first_weights(std::size_t in, std::size_t out, Initializer initializer, Random& random) {
  Tensor<T> w = Tensor<T>::full({in, out}, 0);
  const double glorot = std::sqrt(6. / double(in + out)), he = std::sqrt(6. / double(in));
  for (std::size_t i = 0; i < w.size(); ++i) {
    T& weight = w.mutable_data()[i];
    switch (initializer) {
      case Initializer::glorot_uniform: weight = T(random.uniform(-glorot, glorot)); break;
      case Initializer::he_uniform: weight = T(random.uniform(-he, he)); break;
      case Initializer::he_normal: weight = T(random.normal() * std::sqrt(2. / double(in))); break;
      case Initializer::zeros: break;
    }
  }
  return w;
}

}  // namespace

template <Real T>
BasicDense<T>::BasicDense(std::size_t in, std::size_t out, DenseOptions chosen, Random& random)
    : options(chosen),
      weight(first_weights<T>(in, out, chosen.initializer, random), "weight"),
      bias(Tensor<T>::full({out}, 0), "bias") {
  if (in == 0 || out == 0) {
    throw ShapeError("dense: needs at least one input and one output, but got " + std::to_string(in) + " and " +
                     std::to_string(out));
  }
}

template <Real T>
Tensor<T> BasicDense<T>::operator()(const Tensor<T>& x, CallSite site) const {
  Tensor<T> y = linear(x, weight.tensor(), bias.tensor(), site);
  switch (options.activation) {
    case Activation::relu: return relu(y, site);
    case Activation::sigmoid: return sigmoid(y, site);
    case Activation::tanh: return tanh(y, site);
    case Activation::none: break;
  }
  return y;
}

template struct BasicDense<float>;
template struct BasicDense<double>;

}  // namespace tapegrad::nn
