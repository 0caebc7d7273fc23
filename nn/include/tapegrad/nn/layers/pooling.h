// Pooling layers and Flatten: what stands between convolutions and Dense. They are for float and double alike.
#pragma once
#include <string>

#include "tapegrad/ops/pooling.h"
#include "tapegrad/ops/reductions.h"

namespace tapegrad::nn {

/// The largest of each window: max_pool1d and max_pool2d. nn::MaxPool2D(2)
template <std::size_t axes>
struct MaxPool {
  PerAxis size;
  PoolOptions options = {};  ///< the stride is the size where it is left out
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    if constexpr (axes == 1) return max_pool1d(x, size, options, site);
    else return max_pool2d(x, size, options, site);
  }
  std::string name() const { return axes == 1 ? "MaxPool1D" : "MaxPool2D"; }
};
using MaxPool1D = MaxPool<1>;
using MaxPool2D = MaxPool<2>;

/// The mean of each window: avg_pool1d and avg_pool2d.
template <std::size_t axes>
struct AveragePool {
  PerAxis size;
  PoolOptions options = {};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    if constexpr (axes == 1) return avg_pool1d(x, size, options, site);
    else return avg_pool2d(x, size, options, site);
  }
  std::string name() const { return axes == 1 ? "AveragePool1D" : "AveragePool2D"; }
};
using AveragePool1D = AveragePool<1>;
using AveragePool2D = AveragePool<2>;

/// The mean of each channel: (batch, channels, ...) becomes (batch, channels).
struct GlobalAveragePool {
  /// Throws ShapeError for fewer than three axes.
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    if (!x || x.rank() < 3) {
      throw ShapeError("GlobalAveragePool: needs (batch, channels, ...), but got " +
                       (x ? text(x.shape()) : "an empty tensor") + text(site));
    }
    Axes axes;
    for (std::size_t axis = 2; axis < x.rank(); ++axis) axes.push_back(static_cast<long>(axis));
    return mean(x, axes, {}, site);
  }
  std::string name() const { return "GlobalAveragePool"; }
};

/// (batch, ...) as (batch, all the rest).
struct Flatten {
  /// Throws ShapeError for a number, which has no batch.
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    if (!x || x.rank() == 0) {
      throw ShapeError(std::string("Flatten: needs a batch, but got ") + (x ? "a number" : "an empty tensor") +
                       text(site));
    }
    const std::size_t batch = x.shape()[0];
    std::size_t rest = 1;
    for (std::size_t axis = 1; axis < x.rank(); ++axis) rest *= x.shape()[axis];
    return reshape(x, Shape{batch, rest}, site);
  }
  std::string name() const { return "Flatten"; }
};

}  // namespace tapegrad::nn
