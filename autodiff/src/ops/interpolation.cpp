// Tensors resampled along axes, one after the other: each time a matrix of few factors.
#include "tapegrad/ops/interpolation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ops/instances.h"
#include "ops/resampling.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
using kernels::FewFactors;

namespace {

// ---- interpolate: y[i] = the sum of w[i, k] x[k]     dx = w^T dy
struct Interpolate {
  static constexpr OpTraits traits{.name = "interpolate",
                                   .formula = with_adjoints({"sum of w[i, k] * x[k]", "\\sum_k w_{ik} x_k"},
                                                            {"x", {"sum of w[i, k] * g[i]", "\\sum_i w_{ik} g_i"}})};
};

// Where the elements of the result lie among those of x: element i at (i + shift) step - shift.
struct Places {
  std::size_t length, size;
  double step;
  bool align_corners;
  double at(std::size_t i) const {
    const double place = static_cast<double>(i);
    return align_corners ? place * step : (place + 0.5) * step - 0.5;
  }
  // The element that stands for one outside, too.
  std::size_t inside(double place) const {
    return static_cast<std::size_t>(std::clamp(place, 0., static_cast<double>(length - 1)));
  }
};

// The cubic's factors of the four neighbours, for a place that is `t` behind the second one.
std::array<double, 4> cubic_factors(double t) {
  constexpr double slope = -0.75;
  const auto near = [](double d) { return ((slope + 2) * d - (slope + 3)) * d * d + 1; };
  const auto far = [](double d) { return ((slope * d - 5 * slope) * d + 8 * slope) * d - 4 * slope; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

// A factor of 0 is left out: what it would be multiplied with may be infinite.
FewFactors matrix_of(const Places& places, Interpolation mode) {
  FewFactors matrix;
  matrix.columns = places.length;
  for (std::size_t i = 0; i < places.size; ++i) {
    const auto add = [&](double place, double factor) {
      if (factor != 0) matrix.add(places.inside(place), factor);
    };
    if (mode == Interpolation::nearest) {
      add(std::floor(static_cast<double>(i) * places.step), 1);
    } else if (mode == Interpolation::linear) {
      const double place = std::max(0., places.at(i)), before = std::floor(place);
      add(before, 1 - (place - before));
      add(before + 1, place - before);
    } else {
      const double place = places.at(i), before = std::floor(place);
      const std::array<double, 4> factors = cubic_factors(place - before);
      for (const int k : {0, 1, 2, 3}) add(before + k - 1, factors[static_cast<std::size_t>(k)]);
    }
    matrix.end_row();
  }
  return matrix;
}

[[noreturn]] void refuse(const std::string& what, const CallSite& site, const std::string& fix) {
  throw ShapeError("interpolate: " + what + text(site) + ". " + fix);
}

void check(const Shape& shape, const InterpolateOptions& options, const CallSite& site) {
  if (shape.rank() < 3) {
    refuse("shape " + text(shape) + " has no axes to resample", site,
           "It takes (batch, channels, length) or (batch, channels, height, width)");
  }
  const std::size_t spatial = shape.rank() - 2, given = options.size.size() + options.scale.size();
  if (options.size.empty() == options.scale.empty()) {
    refuse("it needs sizes or scales, not both", site, "Give .size = {8, 8} or .scale = {2}");
  }
  if (given != 1 && given != spatial) {
    refuse(std::to_string(given) + " sizes or scales for the " + std::to_string(spatial) + " axes of shape " +
               text(shape) + " from the third on",
           site, "Give one for each, or one for all");
  }
  if (options.align_corners && options.mode == Interpolation::nearest) {
    throw DomainError("interpolate: align_corners has no meaning for the nearest element" + text(site) +
                      ". Leave it out, or ask for Interpolation::linear");
  }
}

// Along one axis, the k-th of those that are resampled.
Places places_along(const Shape& shape, std::size_t k, const InterpolateOptions& options, const CallSite& site) {
  const std::size_t length = shape[k + 2];
  if (length == 0) {
    refuse("axis " + std::to_string(k + 2) + " of shape " + text(shape) + " has no elements", site,
           "There is nothing to interpolate");
  }
  const double from = static_cast<double>(length);
  const auto own = [k](const auto& list) { return list[list.size() == 1 ? 0 : k]; };
  const double scale = options.scale.empty() ? 0 : own(options.scale);
  const double size = options.scale.empty() ? static_cast<double>(own(options.size)) : std::floor(from * scale);
  if (!(size >= 1 && size < 0x1p32)) {
    refuse("axis " + std::to_string(k + 2) + " of shape " + text(shape) + " cannot become " +
               (options.scale.empty() ? std::to_string(own(options.size)) : std::to_string(scale) + " times as") +
               " long",
           site, "The result has 1 or more elements along it");
  }
  const double step = options.align_corners ? (size > 1 ? (from - 1) / (size - 1) : 0)
                      : scale > 0           ? 1 / scale
                                            : from / size;
  return {length, static_cast<std::size_t>(size), step, options.align_corners};
}
}  // namespace

template <Real T>
Tensor<T> interpolate(const Tensor<T>& x, const InterpolateOptions& options, CallSite site) {
  if (!x) fail_empty(Interpolate::traits.name, site);
  const Shape shape = x.shape();
  check(shape, options, site);
  Tensor<T> y = x;
  for (std::size_t k = 0; k + 2 < shape.rank(); ++k) {
    const Places places = places_along(shape, k, options, site);
    y = resampled<Interpolate>(y, {k + 2, matrix_of(places, options.mode)}, site);
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct InterpolationOps {
  static constexpr std::tuple functions{
      Function<Tensor<T>(const Tensor<T>&, const InterpolateOptions&, CallSite)>(interpolate)};
};
template struct InterpolationOps<float>;
template struct InterpolationOps<double>;

}  // namespace tapegrad
