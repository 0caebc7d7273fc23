// Dense: the fully connected layer.
#pragma once
#include <string>

#include "tapegrad/nn/initializers.h"
#include "tapegrad/nn/layers/activation.h"
#include "tapegrad/nn/module/module.h"

namespace tapegrad::nn {

/// nn::Dense(8, 16, {.activation = nn::relu, .initializer = nn::he_normal})
template <Real T>
struct BasicDenseOptions {
  AnyActivation<T> activation = {};             ///< any function of a tensor; none by default
  Initializer<T> initializer = glorot_uniform;  ///< of the weight: see initializers.h
  bool use_bias = true;
  Initializer<T> bias_initializer = zeros;
};
using DenseOptions = BasicDenseOptions<float>;

/// y = activation(x w + b), x (..., in), y (..., out).
template <Real T>
struct BasicDense {
  using value_type = T;
  /// Draws the weight, then the bias, from `random`. Throws ShapeError when in or out is 0 or their product too large,
  /// MemoryError when there is no memory for it.
  BasicDense(std::size_t in, std::size_t out, BasicDenseOptions<T> options = {}, Random& random = default_random(),
             CallSite site = CallSite::current());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  /// Throws ShapeError when the last axis of x is not in.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  /// "Dense", or "Dense, relu" with an activation.
  std::string name() const { return activation ? "Dense, " + activation.name() : "Dense"; }

  AnyActivation<T> activation;
  Parameter<T> weight, bias;  ///< (in, out) and (out,); without use_bias the bias holds no variable
};
using Dense = BasicDense<float>;

extern template struct BasicDense<float>;
extern template struct BasicDense<double>;

}  // namespace tapegrad::nn
