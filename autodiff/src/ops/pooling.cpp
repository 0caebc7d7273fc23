// Pooling: the largest, or the mean, of windows of pictures.
#include "tapegrad/ops/pooling.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "kernels/pool.h"
#include "ops/instances.h"
#include "ops/pictures.h"
#include "ops/places.h"
#include "ops/resampling.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

using kernels::FewFactors, kernels::PoolWindows;

// What is checked of the windows along one axis.
struct AxisWindows {
  std::size_t length, window, stride, before, dilation, count;
};

AxisWindows windows_along(std::string_view op, const Shape& shape, std::size_t axis, std::size_t axes,
                          const PerAxis& size, const PoolOptions& options, const CallSite& site) {
  AxisWindows w{};
  w.length = shape[shape.rank() - axes + axis];
  w.window = pictures::option_of(op, "size", size, axis, axes, 1, site);
  w.stride = options.stride.empty() ? w.window
                                    : pictures::option_of(op, "stride", options.stride, axis, axes, 1, site);
  w.before = pictures::option_of(op, "padding", options.padding, axis, axes, 0, site);
  w.dilation = pictures::option_of(op, "dilation", options.dilation, axis, axes, 1, site);
  if (2 * w.before > w.window) {
    throw DomainError(std::string(op) + ": padding must be at most half of the window of " + std::to_string(w.window) +
                      ", but is " + std::to_string(w.before) + text(site) + ". A window would see nothing of x");
  }
  const std::size_t reach = (w.window - 1) * w.dilation + 1, room = w.length + 2 * w.before;
  if (w.length == 0 || room < reach) {
    throw ShapeError(std::string(op) + ": a window of " + std::to_string(w.window) + ", which reaches over " +
                     std::to_string(reach) + " places, does not fit axis " +
                     std::to_string(shape.rank() - axes + axis) + " of shape " + text(shape) + " with " + std::to_string(2 * w.before) + " places around it" +
                     text(site));
  }
  const std::size_t left = room - reach;
  w.count = left / w.stride + 1;
  // A last window begins within x or what stands before it.
  if (options.ceil_mode && left % w.stride != 0 && w.count * w.stride < w.length + w.before) ++w.count;
  return w;
}

template <Real T>
struct MaxPoolResult {
  Tensor<T> values;
  Indices places;
};

// ---- max_pool: y = the largest of each window     dx = dy where it stood
struct MaxPool {
  static constexpr OpTraits traits{
      .name = "max_pool",
      .cuts = true,
      .formula = with_adjoints({"the largest of each window", "\\max \\text{ of each window}"},
                               {"x", {"g where it stood, else 0", "g \\text{ where it stood, else } 0"}})};
  PoolWindows windows;
  auto operator()(const auto& x) const;
  auto batched(const auto& x, const Batch& b) const;
};

// Throws ShapeError unless a number of 32 bits can say where in a picture an element is.
void require_counted(std::size_t elements, const Shape& shape, const CallSite& site) {
  if (elements <= std::size_t(std::numeric_limits<std::int32_t>::max())) return;
  throw ShapeError(std::string(MaxPool::traits.name) + ": a picture of shape " + text(shape) +
                   " has more elements than 32 bits can count" + text(site));
}

// x (pictures, elements) at the places (pictures, results).
template <Real T>
struct MaxPoolRule {
  Places places;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> flat = reshape(g, places.indices.shape());
    sweep.add(0, reshape(add_at(names::scatter_add, Tensor<T>(), flat, places, CallSite{}), sweep.shape(0)));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return reshape(take_at(names::take, reshape(push.tangent<T>(0), places.whole), places, CallSite{}), push.shape());
  }
};

// Of all pictures in x (batch, channels, length) or (batch, channels, height, width).
template <Real T>
Tensor<T> largest(const Tensor<T>& x, const PoolWindows& windows, const CallSite& site) {
  Inputs in(MaxPool::traits.name, site, x);
  ShortVector<std::size_t, 8> shape(x.shape().begin(), x.shape().end());
  shape[x.rank() - 1] = windows.result[1];
  if (x.rank() == 4) shape[2] = windows.result[0];
  Tensor<T> y = in.template output<T>(Shape(shape));
  require_counted(windows.size[0] * windows.size[1], x.shape(), site);
  const std::size_t results = windows.result[0] * windows.result[1], elements = windows.size[0] * windows.size[1];
  const std::size_t count = x.size() / elements;
  Indices places(Shape{count, results});
  kernels::largest_of_windows(y.mutable_data(), places.mutable_data(), x.data(), count, windows);
  if (in) in.record(y, MaxPool{windows}, MaxPoolRule<T>{{places, Shape{count, elements}, 1, false}});
  return y;
}

auto MaxPool::operator()(const auto& x) const { return largest(x[0], windows, CallSite{}); }
auto MaxPool::batched(const auto& x, const Batch& b) const {
  return pictures::divided(largest(pictures::merged(x[0], 0), windows, CallSite{}), 0, b.length);
}

// ---- avg_pool: y = the mean of each window     dx = dy over the windows, divided
struct AvgPool {
  static constexpr OpTraits traits{
      .name = "avg_pool",
      .formula = with_adjoints({"mean of each window", "\\text{mean of each window}"},
                               {"x", {"g / size, over all windows", "\\tfrac{g}{k} \\text{ over all windows}"}})};
};

template <std::size_t axes, Real T>
Tensor<T> max_pooled(std::string_view op, const Tensor<T>& x, const PerAxis& size, const PoolOptions& options,
                     const CallSite& site) {
  return pictures::with_batch(op, x, axes, site, [&](const Tensor<T>& batch) {
    PoolWindows windows{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0}};
    for (std::size_t i = 0; i < axes; ++i) {
      const AxisWindows along = windows_along(op, batch.shape(), i, axes, size, options, site);
      const std::size_t axis = 2 - axes + i;
      windows.size[axis] = along.length;
      windows.window[axis] = along.window;
      windows.result[axis] = along.count;
      windows.stride[axis] = along.stride;
      windows.dilation[axis] = along.dilation;
      windows.before[axis] = along.before;
    }
    return largest(batch, windows, site);
  });
}

// Means along one axis after the other. The window's part in x, or with the padding, is what each is divided by.
FewFactors means(const AxisWindows& w, bool count_padding) {
  FewFactors matrix;
  matrix.columns = w.length;
  for (std::size_t i = 0; i < w.count; ++i) {
    const std::size_t begin = i * w.stride, end = begin + w.window;  // of the padded axis
    const std::size_t first = std::max(begin, w.before), last = std::min(end, w.before + w.length);
    const std::size_t counted = count_padding ? std::min(end, w.length + 2 * w.before) - begin : last - first;
    for (std::size_t place = first; place < last; ++place) matrix.add(place - w.before, 1. / double(counted));
    matrix.end_row();
  }
  return matrix;
}
template <std::size_t axes, Real T>
Tensor<T> mean_pooled(std::string_view op, const Tensor<T>& x, const PerAxis& size, const PoolOptions& options,
                      const CallSite& site) {
  if (options.dilation.size() != 1 || options.dilation[0] != 1) {
    throw DomainError(std::string(op) + ": dilation is an option of max_pool" + text(site) + ". Leave it at 1");
  }
  return pictures::with_batch(op, x, axes, site, [&](const Tensor<T>& batch) {
    Tensor<T> y = batch;
    for (std::size_t i = 0; i < axes; ++i) {
      const AxisWindows along = windows_along(op, batch.shape(), i, axes, size, options, site);
      y = resampled<AvgPool>(y, {2 + i, means(along, options.count_padding)}, site);
    }
    return y;
  });
}

FewFactors even_means(std::size_t length, std::size_t size) {
  FewFactors matrix;
  matrix.columns = length;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t first = i * length / size, last = ((i + 1) * length + size - 1) / size;
    for (std::size_t place = first; place < last; ++place) matrix.add(place, 1. / double(last - first));
    matrix.end_row();
  }
  return matrix;
}
template <std::size_t axes, Real T>
Tensor<T> adaptive(std::string_view op, const Tensor<T>& x, const PerAxis& size, const CallSite& site) {
  return pictures::with_batch(op, x, axes, site, [&](const Tensor<T>& batch) {
    Tensor<T> y = batch;
    for (std::size_t i = 0; i < axes; ++i) {
      const std::size_t length = batch.shape()[2 + i], wanted = pictures::option_of(op, "size", size, i, axes, 1, site);
      if (length == 0) {
        throw ShapeError(std::string(op) + ": axis " + std::to_string(2 + i) + " of shape " + text(batch.shape()) +
                         " has no elements" + text(site) + ". There is nothing to take the mean of");
      }
      y = resampled<AvgPool>(y, {2 + i, even_means(length, wanted)}, site);
    }
    return y;
  });
}

}  // namespace

template <Real T>
Tensor<T> max_pool1d(const Tensor<T>& x, PerAxis size, PoolOptions options, CallSite site) {
  return max_pooled<1>("max_pool1d", x, size, options, site);
}
template <Real T>
Tensor<T> max_pool2d(const Tensor<T>& x, PerAxis size, PoolOptions options, CallSite site) {
  return max_pooled<2>("max_pool2d", x, size, options, site);
}
template <Real T>
Tensor<T> avg_pool1d(const Tensor<T>& x, PerAxis size, PoolOptions options, CallSite site) {
  return mean_pooled<1>("avg_pool1d", x, size, options, site);
}
template <Real T>
Tensor<T> avg_pool2d(const Tensor<T>& x, PerAxis size, PoolOptions options, CallSite site) {
  return mean_pooled<2>("avg_pool2d", x, size, options, site);
}
template <Real T>
Tensor<T> adaptive_avg_pool1d(const Tensor<T>& x, PerAxis size, CallSite site) {
  return adaptive<1>("adaptive_avg_pool1d", x, size, site);
}
template <Real T>
Tensor<T> adaptive_avg_pool2d(const Tensor<T>& x, PerAxis size, CallSite site) {
  return adaptive<2>("adaptive_avg_pool2d", x, size, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct PoolingOps {
  using Pool = Function<Tensor<T>(const Tensor<T>&, PerAxis, PoolOptions, CallSite)>;
  using Adaptive = Function<Tensor<T>(const Tensor<T>&, PerAxis, CallSite)>;
  static constexpr std::tuple functions{Pool(max_pool1d), Pool(max_pool2d), Pool(avg_pool1d), Pool(avg_pool2d),
                                        Adaptive(adaptive_avg_pool1d), Adaptive(adaptive_avg_pool2d)};
};
template struct PoolingOps<float>;
template struct PoolingOps<double>;

}  // namespace tapegrad
