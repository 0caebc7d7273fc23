// Norms, over all elements or along axes.
#include <cmath>
#include <limits>

#include "ops/arithmetic.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

using kernels::map_broadcast;
template <Real T>
using Array = std::pair<const T*, const Shape*>;

// A power of two by which the largest of some numbers becomes about 1, so that their powers neither overflow nor
// vanish. Multiplying by it rounds nothing. 1 for zeros, infinities and NaNs.
template <Real T>
T scale_of(T largest) {
  if (largest == 0 || !std::isfinite(largest)) return 1;
  constexpr int limit = std::numeric_limits<T>::max_exponent - 2;  // of a scale that is a normal number, as its inverse
  return std::ldexp(T(1), std::clamp(-std::ilogb(largest), -limit, limit));
}

// (sum of |x|^order)^(1/order) along the axes that `kept` has with length 1.
template <Real T>
Tensor<T> scaled_norm(const Tensor<T>& x, const Axes& axes, const Shape& kept, double order) {
  const Tape::Pause pause;
  if (x.size() == 0) return Tensor<T>::full(kept, 0);
  const Tensor<T> own = constant(x);
  Tensor<T> scale = amax(abs(own), axes, {.keepdims = true});
  std::transform(scale.data(), scale.data() + scale.size(), scale.mutable_data(), scale_of<T>);
  Tensor<T> powers = Tensor<T>::empty(x.shape());
  auto power_into = [&](const auto& power) {
    map_broadcast(powers.mutable_data(), x.shape(), power, Array<T>(x.data(), &x.shape()),
                  Array<T>(scale.data(), &kept));
  };
  if (order == 2) {
    power_into([](const Lanes<T>& v, const Lanes<T>& k) { return v * k * (v * k); });
  } else {
    power_into([p = Lanes<T>(T(order))](const Lanes<T>& v, const Lanes<T>& k) { return pow(abs(v * k), p); });
  }
  const Tensor<T> total = sum(powers, axes, {.keepdims = true});
  return (order == 2 ? sqrt(total) : pow(total, 1 / order)) / scale;
}

// The derivative of the norm y by x: sign(x) (|x| / y)^(order - 1), and 0 where y is 0. In public ops.
template <Real T>
Tensor<T> direction(const Tensor<T>& x, const Tensor<T>& y, double order) {
  const Mask zero = y <= 0;
  const Tensor<T> ratio = where(zero, T(0), x / where(zero, T(1), y));
  return order == 2 ? ratio : sign(ratio) * pow(abs(ratio), order - 1);
}

// ---- norm: y = (sum of |x|^p)^(1/p)     dx = dy sign(x) (|x| / y)^(p-1), 0 where y = 0
struct Norm {
  static constexpr OpTraits traits{
      .name = "norm",
      .formula = with_adjoints({"norm of x", "\\lVert x \\rVert"},
                               {"x", {"g * x / y where the order is 2", "g \\, \\frac{x}{y}"}})};
  Axes axes;
  NormOptions options;
  auto operator()(const auto& x) const { return norm(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return norm(all...); });
  }
};

template <Real T>
struct NormSlope {
  Tensor<T> x, y;
  Shape kept;
  double order;
  Tensor<T> operator()() const { return direction(x, reshape(y, kept), order); }
};

}  // namespace

template <Real T>
Tensor<T> norm(const Tensor<T>& x, const Axes& axes, NormOptions options, CallSite site) {
  if (!(options.order >= 1)) {
    throw DomainError("norm: the order is " + std::to_string(options.order) + text(site) +
                      ". It must be 1 or more; infinity is the largest magnitude");
  }
  if (!x) fail_empty(Norm::traits.name, site);
  const Reduction r = reduction(Norm::traits.name, x.shape(), axes, options.keepdims, site);
  if (std::isinf(options.order) && x.size() == 0) {
    throw ShapeError("norm: shape " + text(x.shape()) + " has no elements, of which one were the largest" + text(site));
  }
  if (options.order == 1) return sum(abs(x, site), axes, {options.keepdims}, site);
  if (std::isinf(options.order)) return amax(abs(x, site), axes, {options.keepdims}, site);
  Inputs in(Norm::traits.name, site, x);
  Tensor<T> y = in.template output<T>(r.result);
  const Tensor<T> value = scaled_norm(x, axes, r.kept, options.order);
  std::copy_n(value.data(), value.size(), y.mutable_data());
  if (in) in.record(y, Norm{axes, options}, LinesRule<NormSlope<T>, T>{{snapshot(x), y, r.kept, options.order}, r.kept});
  return y;
}
template <Real T>
Tensor<T> norm(const Tensor<T>& x, CallSite site) {
  return norm(x, {}, {}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct NormOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, CallSite)>(norm),
                                        Function<Tensor<T>(X, const Axes&, NormOptions, CallSite)>(norm)};
};
template struct NormOps<float>;
template struct NormOps<double>;

}  // namespace tapegrad
