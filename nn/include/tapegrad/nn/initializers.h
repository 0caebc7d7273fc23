// First values of parameters: {.initializer = nn::he_normal}.
#pragma once
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "tapegrad/nn/random.h"
#include "tapegrad/option_limits.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad::nn {

/// How many numbers an element of a weight's output is summed from, and how many outputs an input goes to.
struct Fans {
  double in, out;
};
/// Of a weight of shape (..., in, out), as Dense's (in, out); leading axes, a convolution's window, count for both. Of
/// shape (n,): n and n.
Fans fans(const Shape& shape);

// All throw DomainError when they draw with a parameter that is NaN or that cannot be.

/// Numbers of variance scale / n, where n is one of the fans or their mean. `distribution` is uniform, in
/// +-sqrt(3 scale / n); normal; or a normal that is cut at two standard deviations and widened to the same variance, as
/// Keras begins with. The scale is above 0.
struct VarianceScaling {
  enum class Fan { in, out, average };
  enum class Distribution { uniform, normal, truncated_normal };
  double scale = 1;
  Fan fan = Fan::in;
  Distribution distribution = Distribution::truncated_normal;
  template <Real T>
  Tensor<T> operator()(const Shape& shape, Random& random) const;
};
/// Glorot and Bengio 2010; uniform is what layers begin with, as in Keras. The normal ones are cut, as in Keras.
inline constexpr VarianceScaling glorot_uniform{1, VarianceScaling::Fan::average,
                                                VarianceScaling::Distribution::uniform},
    glorot_normal{1, VarianceScaling::Fan::average};
/// He et al. 2015, for relu.
inline constexpr VarianceScaling he_uniform{2, VarianceScaling::Fan::in, VarianceScaling::Distribution::uniform},
    he_normal{2};
/// LeCun et al. 1998, for selu.
inline constexpr VarianceScaling lecun_uniform{1, VarianceScaling::Fan::in, VarianceScaling::Distribution::uniform},
    lecun_normal{1};

/// Every element the same, a finite number.
struct ConstantInitializer {
  double value;
  template <Real T>
  Tensor<T> operator()(const Shape& shape, Random&) const;
};
inline constexpr ConstantInitializer zeros{0}, ones{1};
inline ConstantInitializer constant(double value) { return {value}; }

/// Uniform in [low, high), both finite, low not above high.
struct UniformInitializer {
  double low, high;
  template <Real T>
  Tensor<T> operator()(const Shape& shape, Random& random) const;
};
inline UniformInitializer uniform(double low, double high) { return {low, high}; }

/// Normal with mean 0 and a deviation of at least 0; those beyond `limit` standard deviations, at least 0.01 of them,
/// are drawn again.
struct NormalInitializer {
  double deviation, limit;
  template <Real T>
  Tensor<T> operator()(const Shape& shape, Random& random) const;
};
NormalInitializer normal(double deviation);
/// Within two standard deviations of the normal that is cut, as in Keras and TensorFlow.
inline NormalInitializer truncated_normal(double deviation) { return {deviation, 2}; }

/// A matrix with orthonormal rows or columns, whichever are fewer, times a finite gain (Saxe et al. 2014); leading axes
/// count as rows. Throws ShapeError for a shape of less than two axes.
struct Orthogonal {
  double gain = 1;
  template <Real T>
  Tensor<T> operator()(const Shape& shape, Random& random) const;
};
inline constexpr Orthogonal orthogonal{};

/// Any initializer as an option: one of the above, or a function of a shape and a Random that returns a Tensor<T>, or a
/// template that is called as f.template operator()<T>(shape, random). Throws DomainError for a std::function that is
/// empty.
template <Real T>
class Initializer {
 public:
  template <class F>
    requires(!std::is_same_v<F, Initializer>)
  Initializer(F f, CallSite site = CallSite::current()) {
    require_function("initializer", f, "Leave the option out for the layer's own", site);
    if constexpr (requires(Random& random) { f.template operator()<T>(Shape(), random); }) {
      draw_ = [f](const Shape& shape, Random& random) { return f.template operator()<T>(shape, random); };
    } else {
      static_assert(std::is_invocable_r_v<Tensor<T>, F&, const Shape&, Random&>,
                    "an initializer must take a Shape and a Random&, and return a Tensor of the layer's element type");
      draw_ = std::move(f);
    }
  }
  /// First values. Throws ShapeError when the function gives another shape.
  Tensor<T> operator()(const Shape& shape, Random& random) const;

 private:
  std::function<Tensor<T>(const Shape&, Random&)> draw_;
};

extern template class Initializer<float>;
extern template class Initializer<double>;

}  // namespace tapegrad::nn
