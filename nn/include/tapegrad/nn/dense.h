#pragma once
#include <string>

#include "tapegrad/nn/module.h"
#include "tapegrad/nn/random.h"

namespace tapegrad::nn {

enum class Activation { none, relu, sigmoid, tanh };
/// Distribution of first weights: Glorot and Bengio 2010 (Keras' default), He et al. 2015, or zeros.
enum class Initializer { glorot_uniform, he_uniform, he_normal, zeros };

struct DenseOptions {
  Activation activation = Activation::none;
  Initializer initializer = Initializer::glorot_uniform;
};

/// y = activation(x w + b), x (..., in), y (..., out). The bias starts at zero.
template <Real T>
struct BasicDense {
  using value_type = T;
  BasicDense(std::size_t in, std::size_t out, DenseOptions options = {}, Random& random = default_random());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  Tensor<T> operator()(const Tensor<T>& x, Where where = Where::current()) const;
  std::string name() const { return "Dense"; }

  DenseOptions options;
  Parameter<T> weight, bias;
};
using Dense = BasicDense<float>;

extern template struct BasicDense<float>;
extern template struct BasicDense<double>;

}  // namespace tapegrad::nn
