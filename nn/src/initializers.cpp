#include "tapegrad/nn/initializers.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tapegrad/engine/memory.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

/// next() for each element, in row-major order.
template <Real T, class Next>
Tensor<T> filled(const Shape& shape, const Next& next) {
  Tensor<T> x = Tensor<T>::empty(shape, "initializer");
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<T>(next());
  return x;
}

// The rows of `m` (count, length), count <= length, made orthonormal by Gram and Schmidt, each twice, since once loses
// digits. With normal rows the result is uniform over all such matrices.
void orthonormalise(std::vector<double>& m, std::size_t count, std::size_t length) {
  for (std::size_t i = 0; i < count; ++i) {
    double* row = m.data() + i * length;
    for (std::size_t k = 0; k < 2 * i; ++k) {
      const double* other = m.data() + k % i * length;
      double along = 0;
      for (std::size_t j = 0; j < length; ++j) along += row[j] * other[j];
      for (std::size_t j = 0; j < length; ++j) row[j] -= along * other[j];
    }
    double square = 0;
    for (std::size_t j = 0; j < length; ++j) square += row[j] * row[j];
    for (std::size_t j = 0; j < length; ++j) row[j] /= std::sqrt(square);
  }
}

}  // namespace

Fans fans(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {double(shape[0]), double(shape[0])};
  double window = 1;
  for (std::size_t axis = 0; axis + 2 < shape.rank(); ++axis) window *= double(shape[axis]);
  return {window * double(shape[shape.rank() - 2]), window * double(shape[shape.rank() - 1])};
}

template <Real T>
Tensor<T> VarianceScaling::operator()(const Shape& shape, Random& random) const {
  require_option("variance_scaling", "scale", limits::positive, scale, "The default is 1", {});
  const auto [in, out] = fans(shape);
  const double n = fan == Fan::in ? in : fan == Fan::out ? out : (in + out) / 2;
  if (distribution == Distribution::normal) return nn::normal(std::sqrt(scale / n)).operator()<T>(shape, random);
  constexpr double cut_deviation = 0.87962566103423978;  // of a standard normal that is cut at +-2
  if (distribution == Distribution::truncated_normal) {
    return nn::truncated_normal(std::sqrt(scale / n) / cut_deviation).operator()<T>(shape, random);
  }
  const double limit = std::sqrt(3 * scale / n);
  return UniformInitializer{-limit, limit}.operator()<T>(shape, random);
}

template <Real T>
Tensor<T> ConstantInitializer::operator()(const Shape& shape, Random&) const {
  require_option("constant", "value", limits::any_finite, value, "nn::zeros is usual", {});
  return Tensor<T>::full(shape, static_cast<T>(value), "initializer");
}

template <Real T>
Tensor<T> UniformInitializer::operator()(const Shape& shape, Random& random) const {
  require_option("uniform", "low", limits::any_finite, low, "-0.05 is Keras' default", {});
  require_option("uniform", "high", {low, limits::infinity, false, true}, high, "Give nn::uniform(low, high)", {});
  return filled<T>(shape, [&] { return random.uniform(low, high); });
}

NormalInitializer normal(double deviation) { return {deviation, std::numeric_limits<double>::infinity()}; }

template <Real T>
Tensor<T> NormalInitializer::operator()(const Shape& shape, Random& random) const {
  constexpr OptionLimits enough{0.01, limits::infinity};
  require_option("normal", "deviation", limits::not_negative, deviation, "0.05 is Keras' default", {});
  require_option("normal", "limit", enough, limit, "2 is usual", {});
  return filled<T>(shape, [&] {
    double number = random.normal();
    while (std::abs(number) > limit) number = random.normal();
    return number * deviation;
  });
}

template <Real T>
Tensor<T> Orthogonal::operator()(const Shape& shape, Random& random) const {
  require_option("orthogonal", "gain", limits::any_finite, gain, "The default is 1", {});
  if (shape.rank() < 2) throw ShapeError("orthogonal: needs a matrix, but the shape is " + text(shape));
  const std::size_t columns = shape[shape.rank() - 1], rows = columns ? shape.size() / columns : 0;
  const bool wide = rows <= columns;
  const std::size_t count = wide ? rows : columns, length = wide ? columns : rows;
  auto m = engine::named_memory_error("orthogonal", "a matrix of shape " + text(shape), CallSite{}, [&] {
    return std::vector<double>(count * length);
  });
  for (double& number : m) number = random.normal();
  orthonormalise(m, count, length);
  Tensor<T> x = Tensor<T>::empty(shape, "orthogonal");
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.mutable_data()[i] = static_cast<T>(gain * m[wide ? i : i % columns * length + i / columns]);
  }
  return x;
}

template <Real T>
Tensor<T> Initializer<T>::operator()(const Shape& shape, Random& random) const {
  Tensor<T> x = draw_(shape, random);
  if (!x || !(x.shape() == shape)) {
    throw ShapeError("initializer: gave " + (x ? "shape " + text(x.shape()) : "nothing") +
                     " for a parameter of shape " + text(shape));
  }
  return x;
}

template Tensor<float> VarianceScaling::operator()(const Shape&, Random&) const;
template Tensor<double> VarianceScaling::operator()(const Shape&, Random&) const;
template Tensor<float> ConstantInitializer::operator()(const Shape&, Random&) const;
template Tensor<double> ConstantInitializer::operator()(const Shape&, Random&) const;
template Tensor<float> UniformInitializer::operator()(const Shape&, Random&) const;
template Tensor<double> UniformInitializer::operator()(const Shape&, Random&) const;
template Tensor<float> NormalInitializer::operator()(const Shape&, Random&) const;
template Tensor<double> NormalInitializer::operator()(const Shape&, Random&) const;
template Tensor<float> Orthogonal::operator()(const Shape&, Random&) const;
template Tensor<double> Orthogonal::operator()(const Shape&, Random&) const;
template class Initializer<float>;
template class Initializer<double>;

}  // namespace tapegrad::nn
