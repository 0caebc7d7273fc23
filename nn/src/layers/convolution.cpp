#include "tapegrad/nn/layers/convolution.h"

#include <array>

#include "layers/drawn.h"
#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

using Lengths = ShortVector<std::size_t, 8>;

// The weight of a layer in the order (first, second / groups, kernel). It is drawn as (kernel, second / groups, first)
// or, for a transposed one, (kernel, first, second / groups), so that initializers see how many numbers go in and out.
struct WeightShape {
  Lengths drawn;
  bool first_last;

  WeightShape(const char* layer, std::size_t axes, std::size_t in, std::size_t out, const PerAxis& kernel, long groups,
              bool transposed, const CallSite& site)
      : first_last(!transposed) {
    const std::string name(layer);
    if (in == 0 || out == 0) {
      throw ShapeError(name + ": needs at least one channel in and one out, but got " + std::to_string(in) + " and " +
                       std::to_string(out) + text(site));
    }
    if (groups < 1 || in % static_cast<std::size_t>(groups) || out % static_cast<std::size_t>(groups)) {
      throw ShapeError(name + ": " + std::to_string(in) + " channels in and " + std::to_string(out) +
                       " out cannot be split into " + std::to_string(groups) + " groups" + text(site));
    }
    if (kernel.size() != 1 && kernel.size() != axes) {
      throw ShapeError(name + ": the kernel has " + std::to_string(kernel.size()) + " lengths, but there are " +
                       std::to_string(axes) + " axes" + text(site) + ". Give one for each, or one for all");
    }
    for (std::size_t i = 0; i < axes; ++i) {
      const long length = kernel[kernel.size() == 1 ? 0 : i];
      if (length < 1) {
        throw ShapeError(name + ": the kernel's lengths must be 1 or more, but one is " + std::to_string(length) +
                         text(site));
      }
      drawn.push_back(static_cast<std::size_t>(length));
    }
    const auto split = static_cast<std::size_t>(groups);
    drawn.push_back(transposed ? in : in / split);
    drawn.push_back(transposed ? out / split : out);
  }
  template <Real T>
  Parameter<T> parameter(const char* layer, const Initializer<T>& draw, Random& random, const CallSite& site) const {
    const Shape shape(drawn, layer, site);
    return nn::drawn(layer, [&] {
      const Tensor<T> last_first = moveaxis(draw(shape, random), -1, 0);
      return moveaxis(last_first, -1, first_last ? 1 : 0);
    }, shape, "weight", site);
  }
};

template <Real T>
Parameter<T> bias_of(const char* layer, const Initializer<T>& draw, std::size_t out, Random& random,
                     const CallSite& site) {
  const Shape shape(std::array{out});
  return drawn(layer, [&] { return draw(shape, random); }, shape, "bias", site);
}

constexpr const char* names[]{"Conv1D", "Conv2D", "Conv3D"};
constexpr const char* transposed_names[]{"ConvTranspose1D", "ConvTranspose2D", "ConvTranspose3D"};

template <Real T>
std::string with_activation(const char* name, const AnyActivation<T>& activation) {
  return activation ? std::string(name) + ", " + activation.name() : name;
}

}  // namespace

template <Real T, std::size_t axes>
BasicConvolution<T, axes>::BasicConvolution(std::size_t in, std::size_t out, PerAxis kernel,
                                            BasicConvolutionOptions<T> chosen, Random& random, CallSite site)
    : options{chosen.stride, chosen.padding, chosen.dilation, chosen.groups},
      activation(std::move(chosen.activation)),
      weight(WeightShape(names[axes - 1], axes, in, out, kernel, chosen.groups, false, site)
                 .parameter(names[axes - 1], chosen.initializer, random, site)) {
  if (chosen.use_bias) bias = bias_of(names[axes - 1], chosen.bias_initializer, out, random, site);
}

template <Real T, std::size_t axes>
Tensor<T> BasicConvolution<T, axes>::operator()(const Tensor<T>& x, CallSite site) const {
  const auto call = [&](const auto&... b) {
    if constexpr (axes == 1) return conv1d(x, weight, b..., options, site);
    else if constexpr (axes == 2) return conv2d(x, weight, b..., options, site);
    else return conv3d(x, weight, b..., options, site);
  };
  const Tensor<T> y = bias ? call(bias.tensor()) : call();
  return activation ? activation(y, site) : y;
}

template <Real T, std::size_t axes>
std::string BasicConvolution<T, axes>::name() const {
  return with_activation(names[axes - 1], activation);
}

template <Real T, std::size_t axes>
BasicTransposedConvolution<T, axes>::BasicTransposedConvolution(std::size_t in, std::size_t out, PerAxis kernel,
                                                                BasicTransposedOptions<T> chosen, Random& random,
                                                                CallSite site)
    : options{chosen.stride, chosen.padding, chosen.output_padding, chosen.dilation, chosen.groups},
      activation(std::move(chosen.activation)),
      weight(WeightShape(transposed_names[axes - 1], axes, in, out, kernel, chosen.groups, true, site)
                 .parameter(transposed_names[axes - 1], chosen.initializer, random, site)) {
  if (chosen.use_bias) bias = bias_of(transposed_names[axes - 1], chosen.bias_initializer, out, random, site);
}

template <Real T, std::size_t axes>
Tensor<T> BasicTransposedConvolution<T, axes>::operator()(const Tensor<T>& x, CallSite site) const {
  const auto call = [&](const auto&... b) {
    if constexpr (axes == 1) return conv_transpose1d(x, weight, b..., options, site);
    else if constexpr (axes == 2) return conv_transpose2d(x, weight, b..., options, site);
    else return conv_transpose3d(x, weight, b..., options, site);
  };
  const Tensor<T> y = bias ? call(bias.tensor()) : call();
  return activation ? activation(y, site) : y;
}

template <Real T, std::size_t axes>
std::string BasicTransposedConvolution<T, axes>::name() const {
  return with_activation(transposed_names[axes - 1], activation);
}

template struct BasicConvolution<float, 1>;
template struct BasicConvolution<float, 2>;
template struct BasicConvolution<float, 3>;
template struct BasicConvolution<double, 1>;
template struct BasicConvolution<double, 2>;
template struct BasicConvolution<double, 3>;
template struct BasicTransposedConvolution<float, 1>;
template struct BasicTransposedConvolution<float, 2>;
template struct BasicTransposedConvolution<float, 3>;
template struct BasicTransposedConvolution<double, 1>;
template struct BasicTransposedConvolution<double, 2>;
template struct BasicTransposedConvolution<double, 3>;

}  // namespace tapegrad::nn
