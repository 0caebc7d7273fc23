#include "tapegrad/nn/layers/dense.h"

#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

Shape weight_shape(std::size_t in, std::size_t out) {
  if (in != 0 && out != 0) return {in, out};
  throw ShapeError("dense: needs at least one input and one output, but got " + std::to_string(in) + " and " +
                   std::to_string(out));
}

}  // namespace

template <Real T>
BasicDense<T>::BasicDense(std::size_t in, std::size_t out, BasicDenseOptions<T> options, Random& random)
    : activation(std::move(options.activation)), weight(options.initializer(weight_shape(in, out), random), "weight") {
  if (options.use_bias) bias = Parameter<T>(options.bias_initializer({out}, random), "bias");
}

template <Real T>
Tensor<T> BasicDense<T>::operator()(const Tensor<T>& x, CallSite site) const {
  const Tensor<T> y = bias ? linear(x, weight, bias, site) : matmul(x, weight, site);
  return activation ? activation(y, site) : y;
}

template struct BasicDense<float>;
template struct BasicDense<double>;

}  // namespace tapegrad::nn
