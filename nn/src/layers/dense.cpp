#include "tapegrad/nn/layers/dense.h"

#include <array>

#include "layers/drawn.h"
#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

Shape weight_shape(std::size_t in, std::size_t out, const CallSite& site) {
  if (in != 0 && out != 0) return Shape(std::array{in, out}, "dense", site);
  throw ShapeError("dense: needs at least one input and one output, but got " + std::to_string(in) + " and " +
                   std::to_string(out) + text(site));
}

}  // namespace

template <Real T>
BasicDense<T>::BasicDense(std::size_t in, std::size_t out, BasicDenseOptions<T> options, Random& random, CallSite site)
    : activation(std::move(options.activation)),
      weight(drawn("dense", options.initializer, weight_shape(in, out, site), random, "weight", site)) {
  if (options.use_bias) bias = drawn("dense", options.bias_initializer, Shape{out}, random, "bias", site);
}

template <Real T>
Tensor<T> BasicDense<T>::operator()(const Tensor<T>& x, CallSite site) const {
  const Tensor<T> y = bias ? linear(x, weight, bias, site) : matmul(x, weight, site);
  return activation ? activation(y, site) : y;
}

template struct BasicDense<float>;
template struct BasicDense<double>;

}  // namespace tapegrad::nn
