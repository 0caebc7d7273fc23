// Convolutional layers, in PyTorch's layout: (batch, channels, length), (batch, channels, height, width) and
// (batch, channels, depth, height, width).
#pragma once
#include <string>

#include "tapegrad/nn/initializers.h"
#include "tapegrad/nn/layers/activation.h"
#include "tapegrad/nn/module/module.h"
#include "tapegrad/ops/convolutions.h"

namespace tapegrad::nn {

/// nn::Conv2D(3, 16, 3, {.padding = Padding::same, .activation = nn::relu})
template <Real T>
struct BasicConvolutionOptions {
  PerAxis stride = 1;
  Zeros padding = 0;  ///< 1, {1, 2} or Padding::same
  PerAxis dilation = 1;
  long groups = 1;                              ///< into which channels are split; as many as channels: depthwise
  AnyActivation<T> activation = {};             ///< any function of a tensor; none by default
  Initializer<T> initializer = glorot_uniform;  ///< of the weight, as (kernel, in / groups, out)
  bool use_bias = true;
  Initializer<T> bias_initializer = zeros;
};
/// The same, and how much longer the result is at its end.
template <Real T>
struct BasicTransposedOptions {
  PerAxis stride = 1;
  Zeros padding = 0;
  PerAxis output_padding = 0;
  PerAxis dilation = 1;
  long groups = 1;
  AnyActivation<T> activation = {};
  Initializer<T> initializer = glorot_uniform;
  bool use_bias = true;
  Initializer<T> bias_initializer = zeros;
};
using ConvolutionLayerOptions = BasicConvolutionOptions<float>;
using TransposedLayerOptions = BasicTransposedOptions<float>;

/// y = activation(w * x + b) along `axes` axes: conv1d, conv2d or conv3d.
template <Real T, std::size_t axes>
struct BasicConvolution {
  using value_type = T;
  /// Draws the weight, then the bias, from `random`. Throws ShapeError for no channels, a kernel of length 0 and
  /// channels that cannot be split into the groups; DomainError for options out of range.
  BasicConvolution(std::size_t in, std::size_t out, PerAxis kernel, BasicConvolutionOptions<T> options = {},
                   Random& random = default_random(), CallSite site = CallSite::current());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  /// Throws ShapeError when x has not the layer's channels or is too small for its kernel.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const;

  ConvolutionOptions options;
  AnyActivation<T> activation;
  Parameter<T> weight, bias;  ///< (out, in / groups, kernel) and (out,); without use_bias the bias holds no variable
};
using Conv1D = BasicConvolution<float, 1>;
using Conv2D = BasicConvolution<float, 2>;
using Conv3D = BasicConvolution<float, 3>;

/// y = activation(the transpose of w on x + b): conv_transpose1d, conv_transpose2d or conv_transpose3d.
template <Real T, std::size_t axes>
struct BasicTransposedConvolution {
  using value_type = T;
  /// As BasicConvolution's.
  BasicTransposedConvolution(std::size_t in, std::size_t out, PerAxis kernel, BasicTransposedOptions<T> options = {},
                             Random& random = default_random(), CallSite site = CallSite::current());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  /// Throws ShapeError when x has not the layer's channels.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const;

  TransposedConvolutionOptions options;
  AnyActivation<T> activation;
  Parameter<T> weight, bias;  ///< (in, out / groups, kernel) and (out,)
};
using ConvTranspose1D = BasicTransposedConvolution<float, 1>;
using ConvTranspose2D = BasicTransposedConvolution<float, 2>;
using ConvTranspose3D = BasicTransposedConvolution<float, 3>;

extern template struct BasicConvolution<float, 1>;
extern template struct BasicConvolution<float, 2>;
extern template struct BasicConvolution<float, 3>;
extern template struct BasicConvolution<double, 1>;
extern template struct BasicConvolution<double, 2>;
extern template struct BasicConvolution<double, 3>;
extern template struct BasicTransposedConvolution<float, 1>;
extern template struct BasicTransposedConvolution<float, 2>;
extern template struct BasicTransposedConvolution<float, 3>;
extern template struct BasicTransposedConvolution<double, 1>;
extern template struct BasicTransposedConvolution<double, 2>;
extern template struct BasicTransposedConvolution<double, 3>;

}  // namespace tapegrad::nn
