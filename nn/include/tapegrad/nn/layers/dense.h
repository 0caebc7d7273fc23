// The fully connected layer.
#pragma once
#include <string>

#include "tapegrad/nn/module/module.h"
#include "tapegrad/nn/random.h"

namespace tapegrad::nn {

/// What a Dense layer applies to its sums.
enum class Activation { none, relu, sigmoid, tanh };
/// Distribution of first weights, for n inputs and m outputs: glorot_uniform in +-sqrt(6 / (n + m)) (Glorot and Bengio
/// 2010, Keras' default), he_uniform in +-sqrt(6 / n), he_normal of variance 2 / n (He et al. 2015), or zeros.
enum class Initializer { glorot_uniform, he_uniform, he_normal, zeros };

/// nn::Dense(8, 16, {.activation = nn::Activation::relu})
struct DenseOptions {
  Activation activation = Activation::none;
  Initializer initializer = Initializer::glorot_uniform;
};

/// y = activation(x w + b), x (..., in), y (..., out). The bias starts at zero.
template <Real T>
struct BasicDense {
  using value_type = T;
  /// Draws the weights from `random`. Throws ShapeError when in or out is 0.
  BasicDense(std::size_t in, std::size_t out, DenseOptions options = {}, Random& random = default_random());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  /// Throws ShapeError when the last axis of x is not in.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const { return "Dense"; }

  DenseOptions options;
  Parameter<T> weight, bias;  ///< (in, out) and (out,)
};
using Dense = BasicDense<float>;

extern template struct BasicDense<float>;
extern template struct BasicDense<double>;

}  // namespace tapegrad::nn
