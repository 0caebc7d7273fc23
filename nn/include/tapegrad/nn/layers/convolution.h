// Convolutional layers, in PyTorch's layout: (batch, channels, length), (batch, channels, height, width) and
// (batch, channels, depth, height, width).
#pragma once
#include <string>
#include <type_traits>

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

/// y = activation(w * x + b) along `axes` axes: conv1d, conv2d or conv3d; or, where it is transposed, with the transpose
/// of w: conv_transpose1d, conv_transpose2d or conv_transpose3d.
template <Real T, std::size_t axes, bool transposed = false>
struct BasicConvolution {
  using value_type = T;
  using Options = std::conditional_t<transposed, BasicTransposedOptions<T>, BasicConvolutionOptions<T>>;
  /// Draws the weight, then the bias, from `random`. Throws ShapeError for no channels, a kernel of length 0 and
  /// channels that cannot be split into the groups; DomainError, when it is called, for options out of range.
  BasicConvolution(std::size_t in, std::size_t out, PerAxis kernel, Options options = {},
                   Random& random = default_random(), CallSite site = CallSite::current());
  void parts(Parts& part) {
    part("weight", weight);
    part("bias", bias);
  }
  /// Throws ShapeError when x has not the layer's channels, or is too small for its kernel.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  /// "Conv2D, relu", "ConvTranspose1D"
  std::string name() const;

  std::conditional_t<transposed, TransposedConvolutionOptions, ConvolutionOptions> options;
  AnyActivation<T> activation;
  /// (out, in / groups, kernel), transposed (in, out / groups, kernel); and (out,): without use_bias no variable.
  Parameter<T> weight, bias;
};
using Conv1D = BasicConvolution<float, 1>;
using Conv2D = BasicConvolution<float, 2>;
using Conv3D = BasicConvolution<float, 3>;
template <Real T, std::size_t axes>
using BasicTransposedConvolution = BasicConvolution<T, axes, true>;
using ConvTranspose1D = BasicTransposedConvolution<float, 1>;
using ConvTranspose2D = BasicTransposedConvolution<float, 2>;
using ConvTranspose3D = BasicTransposedConvolution<float, 3>;

extern template struct BasicConvolution<float, 1>;
extern template struct BasicConvolution<float, 2>;
extern template struct BasicConvolution<float, 3>;
extern template struct BasicConvolution<double, 1>;
extern template struct BasicConvolution<double, 2>;
extern template struct BasicConvolution<double, 3>;
extern template struct BasicConvolution<float, 1, true>;
extern template struct BasicConvolution<float, 2, true>;
extern template struct BasicConvolution<float, 3, true>;
extern template struct BasicConvolution<double, 1, true>;
extern template struct BasicConvolution<double, 2, true>;
extern template struct BasicConvolution<double, 3, true>;

}  // namespace tapegrad::nn
