// What convolutions and pooling share: options for each axis, checked, and pictures without a batch.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "tapegrad/engine/recorder.h"
#include "tapegrad/error.h"
#include "tapegrad/ops/convolutions.h"
#include "tapegrad/ops/shapes.h"

namespace tapegrad::pictures {

/// Option number `axis` of those for each axis. Throws DomainError, in the name of `op`, unless there is one for each
/// or one for all, from `least` to 2^31 - 1.
inline std::size_t option_of(std::string_view op, std::string_view option, const PerAxis& values, std::size_t axis,
                             std::size_t axes, long least, const CallSite& site) {
  if (values.size() != 1 && values.size() != axes) {
    throw DomainError(std::string(op) + ": " + std::string(option) + " has " + std::to_string(values.size()) +
                      " numbers, but there are " + std::to_string(axes) + " axes" + text(site) +
                      ". Give one for each, or one for all");
  }
  const long value = values[values.size() == 1 ? 0 : axis];
  constexpr long most = std::numeric_limits<std::int32_t>::max();  // so that sums and products of some do not overflow
  if (value < least || value > most) {
    throw DomainError(std::string(op) + ": " + std::string(option) + " must be " +
                      (value < least ? std::to_string(least) + " or more" : std::to_string(most) + " or less") +
                      ", but is " + std::to_string(value) + text(site));
  }
  return static_cast<std::size_t>(value);
}

/// x with axes `axis` and the next one as one.
template <Real T>
Tensor<T> merged(const Tensor<T>& x, std::size_t axis) {
  ShortVector<std::size_t, 8> shape(x.shape().begin(), x.shape().begin() + axis);
  shape.push_back(x.shape()[axis] * x.shape()[axis + 1]);
  for (std::size_t i = axis + 2; i < x.rank(); ++i) shape.push_back(x.shape()[i]);
  return reshape(x, Shape(shape));
}
/// x with an axis as two, the first of which has `count`.
template <Real T>
Tensor<T> divided(const Tensor<T>& x, std::size_t axis, std::size_t count) {
  ShortVector<std::size_t, 8> shape(x.shape().begin(), x.shape().begin() + axis);
  shape.push_back(count);
  shape.push_back(x.shape()[axis] / count);
  for (std::size_t i = axis + 1; i < x.rank(); ++i) shape.push_back(x.shape()[i]);
  return reshape(x, Shape(shape));
}

/// f(x with an axis for the batch), without that axis where x has none. Throws ShapeError for other ranks.
template <Real T, class F>
Tensor<T> with_batch(std::string_view op, const Tensor<T>& x, std::size_t axes, const CallSite& site, const F& f) {
  if (!x) engine::fail_empty(op, site);
  if (x.rank() == axes + 2) return f(x);
  if (x.rank() != axes + 1) {
    constexpr std::string_view names[]{"length", "height, width", "depth, height, width"};
    throw ShapeError(std::string(op) + ": x must be (batch, channels, " + std::string(names[axes - 1]) +
                     "), with or without the batch, but has shape " + text(x.shape()) + text(site));
  }
  ShortVector<std::size_t, 8> shape{1};
  for (const std::size_t length : x.shape()) shape.push_back(length);
  const Tensor<T> y = f(reshape(x, Shape(shape), site));
  return reshape(y, Shape(ShortVector<std::size_t, 8>(y.shape().begin() + 1, y.shape().end())), site);
}

}  // namespace tapegrad::pictures
