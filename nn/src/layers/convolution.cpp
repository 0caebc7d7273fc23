#include "tapegrad/nn/layers/convolution.h"

#include <utility>

#include "layers/drawn.h"
#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

using Lengths = ShortVector<std::size_t, 8>;

// The weight of a layer in the order (first, second / groups, kernel). It is drawn as (kernel, second / groups, first)
// or, for a transposed one, (kernel, first, second / groups), so that initializers see how many numbers go in and out.
struct WeightShape {
  const char* layer;
  bool transposed;
  const CallSite& site;
  Lengths lengths;  // as it is drawn

  WeightShape(const char* of, std::size_t axes, std::size_t in, std::size_t out, const PerAxis& kernel, long groups,
              bool is_transposed, const CallSite& line)
      : layer(of), transposed(is_transposed), site(line) {
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
      lengths.push_back(static_cast<std::size_t>(length));
    }
    const auto split = static_cast<std::size_t>(groups);
    lengths.push_back(transposed ? in : in / split);
    lengths.push_back(transposed ? out / split : out);
  }
  template <Real T>
  Parameter<T> parameter(const Initializer<T>& initializer, Random& numbers) const {
    const auto draw = [&](const Shape& shape, Random& random) {
      return moveaxis(moveaxis(initializer(shape, random), -1, 0), -1, transposed ? 0 : 1);
    };
    return drawn(layer, draw, Shape(lengths, layer, site), numbers, "weight", site);
  }
};

constexpr const char* names[2][3]{{"Conv1D", "Conv2D", "Conv3D"},
                                  {"ConvTranspose1D", "ConvTranspose2D", "ConvTranspose3D"}};

template <Real T>
ConvolutionOptions options_of_op(const BasicConvolutionOptions<T>& chosen) {
  return {chosen.stride, chosen.padding, chosen.dilation, chosen.groups};
}
template <Real T>
TransposedConvolutionOptions options_of_op(const BasicTransposedOptions<T>& chosen) {
  return {chosen.stride, chosen.padding, chosen.output_padding, chosen.dilation, chosen.groups};
}

}  // namespace

template <Real T, std::size_t axes, bool transposed>
BasicConvolution<T, axes, transposed>::BasicConvolution(std::size_t in, std::size_t out, PerAxis kernel, Options chosen,
                                                        Random& random, CallSite site)
    : options(options_of_op(chosen)),
      activation(std::move(chosen.activation)),
      weight(WeightShape(names[transposed][axes - 1], axes, in, out, kernel, chosen.groups, transposed, site)
                 .parameter(chosen.initializer, random)) {
  if (!chosen.use_bias) return;
  bias = drawn(names[transposed][axes - 1], chosen.bias_initializer, Shape{out}, random, "bias", site);
}

template <Real T, std::size_t axes, bool transposed>
Tensor<T> BasicConvolution<T, axes, transposed>::operator()(const Tensor<T>& x, CallSite site) const {
  const Tensor<T>* const b = bias ? &bias.tensor() : nullptr;
  const Tensor<T>& w = weight;
  Tensor<T> y;
  if constexpr (transposed) y = convolutions::transposed<axes>(x, w, b, options, site);
  else y = convolutions::convolved<axes>(x, w, b, options, site);
  return activation ? activation(y, site) : y;
}

template <Real T, std::size_t axes, bool transposed>
std::string BasicConvolution<T, axes, transposed>::name() const {
  const std::string plain = names[transposed][axes - 1];
  return activation ? plain + ", " + activation.name() : plain;
}

template struct BasicConvolution<float, 1>;
template struct BasicConvolution<float, 2>;
template struct BasicConvolution<float, 3>;
template struct BasicConvolution<double, 1>;
template struct BasicConvolution<double, 2>;
template struct BasicConvolution<double, 3>;
template struct BasicConvolution<float, 1, true>;
template struct BasicConvolution<float, 2, true>;
template struct BasicConvolution<float, 3, true>;
template struct BasicConvolution<double, 1, true>;
template struct BasicConvolution<double, 2, true>;
template struct BasicConvolution<double, 3, true>;

}  // namespace tapegrad::nn
