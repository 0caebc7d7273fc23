// Variances, standard deviations and medians.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "kernels/copy.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "tapegrad/engine/loops/strided.h"

namespace tapegrad {
using namespace engine;
namespace {

// What the sum of squares is divided by: 0 for no elements.
double divisor(std::string_view op, std::size_t count, double correction, const CallSite& site) {
  if (count == 0) return 0;
  const double rest = static_cast<double>(count) - correction;
  if (rest > 0) return rest;
  throw DomainError(std::string(op) + ": a correction of " + std::to_string(correction) + " leaves nothing of " +
                    std::to_string(count) + (count == 1 ? " element" : " elements") + " to divide by" + text(site) +
                    ". Use a smaller one; 0 is the variance of these elements themselves");
}

// What the rules of both need.
template <Real T>
struct Spread {
  Tensor<T> x;
  Axes axes;
  Shape kept;
  double divisor;
  Tensor<T> from_mean() const { return x - mean(x, axes, {.keepdims = true}); }
};

}  // namespace

// ---- var: y = sum of (x - m)^2 / (n - c)     dx = 2 dy (x - m) / (n - c)     the derivative of the mean m cancels
namespace {
struct Var {
  static constexpr OpTraits traits{
      .name = "var",
      .formula = with_adjoints({"mean of (x - mean)^2", "\\overline{(x - \\bar x)^2}"},
                               {"x", {"2 * g * (x - mean) / n", "\\frac{2 g}{n} (x - \\bar x)"}})};
  Axes axes;
  VarianceOptions options;
  auto operator()(const auto& x) const { return var(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return var(all...); });
  }
};
template <Real T>
struct VarSlope {
  Spread<T> spread;
  Tensor<T> operator()() const { return spread.from_mean() * (2 / spread.divisor); }
};

// y = the values of a constant, which has as many.
template <Real T>
void copy_values(Tensor<T>& y, const Tensor<T>& from) {
  std::copy_n(from.data(), from.size(), y.mutable_data());
}
}  // namespace

template <Real T>
Tensor<T> var(const Tensor<T>& x, const Axes& axes, VarianceOptions options, CallSite site) {
  constexpr std::string_view name = Var::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), axes, options.keepdims, site);
  const double by = divisor(name, r.count, options.correction, site);
  Tensor<T> y = in.template output<T>(r.result);
  {
    const Tape::Pause pause;
    const Spread<T> spread{constant(x), axes, r.kept, by};
    copy_values(y, sum(square(spread.from_mean()), axes, {.keepdims = true}) / by);
  }
  if (in) {
    in.record(y, Var{axes, options}, LinesRule<VarSlope<T>, T>{{{snapshot(x), axes, r.kept, by}}, r.kept});
  }
  return y;
}
template <Real T>
Tensor<T> var(const Tensor<T>& x, CallSite site) {
  return var(x, {}, {}, site);
}

// ---- stddev: y = sqrt(var)     dx = dy (x - m) / ((n - c) y), 0 where y = 0
namespace {
struct StdDev {
  static constexpr OpTraits traits{
      .name = "stddev",
      .formula = with_adjoints({"sqrt(mean of (x - mean)^2)", "\\sqrt{\\overline{(x - \\bar x)^2}}"},
                               {"x", {"g * (x - mean) / (n * y)", "\\frac{g (x - \\bar x)}{n \\, y}"}})};
  Axes axes;
  VarianceOptions options;
  auto operator()(const auto& x) const { return stddev(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return stddev(all...); });
  }
};
template <Real T>
struct StdDevSlope {
  Spread<T> spread;
  Tensor<T> y;
  Tensor<T> operator()() const {
    const Tensor<T> of_lines = reshape(y, spread.kept);
    const Mask zero = of_lines <= 0;
    return where(zero, T(0), spread.from_mean() / (where(zero, T(1), of_lines) * spread.divisor));
  }
};
}  // namespace

template <Real T>
Tensor<T> stddev(const Tensor<T>& x, const Axes& axes, VarianceOptions options, CallSite site) {
  constexpr std::string_view name = StdDev::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), axes, options.keepdims, site);
  const double by = divisor(name, r.count, options.correction, site);
  Tensor<T> y = in.template output<T>(r.result);
  {
    const Tape::Pause pause;
    const Spread<T> spread{constant(x), axes, r.kept, by};
    copy_values(y, norm(spread.from_mean(), axes) / std::sqrt(by));  // a norm neither overflows nor vanishes
  }
  if (in) {
    in.record(y, StdDev{axes, options}, LinesRule<StdDevSlope<T>, T>{{{snapshot(x), axes, r.kept, by}, y}, r.kept});
  }
  return y;
}
template <Real T>
Tensor<T> stddev(const Tensor<T>& x, CallSite site) {
  return stddev(x, {}, {}, site);
}

// ---- median: an adjoint goes to the elements in the middle, in equal shares
namespace {
struct Median {
  static constexpr OpTraits traits{
      .name = "median",
      .cuts = true,
      .formula = with_adjoints({"the x in the middle", "\\text{median } x"},
                               {"x", {"g in the middle", "g \\text{ in the middle}"}})};
  Axes axes;
  ReduceOptions options;
  auto operator()(const auto& x) const { return median(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return median(all...); });
  }
};

// The two in the middle of each line, which are one for an odd number; NaNs where there is a NaN.
template <Real T>
struct Middle {
  Tensor<T> low, high;
};

// Orders numbers until low and high are at their places.
template <Real T>
std::pair<T, T> middle_of(T* numbers, std::size_t count) {
  T* const end = numbers + count;
  if (std::any_of(numbers, end, [](T x) { return x != x; })) {
    return {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN()};
  }
  T* const high = numbers + count / 2;
  std::nth_element(numbers, high, end);
  return {count % 2 ? *high : *std::max_element(numbers, high), *high};
}

// A copy of x in which the reduced axes come last.
template <Real T>
Tensor<T> lines_of(const Tensor<T>& x, const Shape& kept) {
  const kernels::Strides own = kernels::strides_of(x.shape());
  kernels::Strides strides;
  ShortVector<std::size_t, 8> lengths;
  for (const bool reduced : {false, true}) {
    for (std::size_t i = 0; i < x.rank(); ++i) {
      if ((kept[i] == 1) != reduced) continue;
      lengths.push_back(x.shape()[i]);
      strides.push_back(own[i]);
    }
  }
  Tensor<T> lines = Tensor<T>::empty(Shape(lengths));
  kernels::copy(lines.mutable_data(), x.data(), strides, lines.shape());
  return lines;
}

template <Real T>
Middle<T> middle(const Tensor<T>& x, const Reduction& r) {
  Tensor<T> lines = lines_of(x, r.kept);
  T* const data = lines.mutable_data();
  Middle<T> found{Tensor<T>::empty(r.kept), Tensor<T>::empty(r.kept)};
  T *const low = found.low.mutable_data(), *const high = found.high.mutable_data();
  kernels::parallel(found.low.size(), [=, count = r.count](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) std::tie(low[i], high[i]) = middle_of(data + i * count, count);
  }, std::max<std::size_t>(1, kernels::chunk_length / 4 / r.count));
  return found;
}

// What goes to each element: half of it in equal shares to those equal to the lower one, half to those equal to the
// upper one.
template <Real T>
Tensor<T> median_shares(const Tensor<T>& x, const Middle<T>& found, const Shape& kept) {
  auto half = [&](const Tensor<T>& number) {
    const Tensor<T> same = cast<T>(x == number);
    return same / (2 * sum_to(same, kept));
  };
  return half(found.low) + half(found.high);
}
}  // namespace

template <Real T>
Tensor<T> median(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  constexpr std::string_view name = Median::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), axes, options.keepdims, site);
  Tensor<T> y = in.template output<T>(r.result);
  if (x.size() == 0) {
    std::fill_n(y.mutable_data(), y.size(), std::numeric_limits<T>::quiet_NaN());
    if (in) in.record(y, Median{axes, options}, Shares<T>{Tensor<T>::full(x.shape(), 0), r.kept});
    return y;
  }
  Tensor<T> share;
  {
    const Tape::Pause pause;
    const Tensor<T> own = constant(x);
    const Middle<T> found = middle(own, r);
    std::transform(found.low.data(), found.low.data() + found.low.size(), found.high.data(), y.mutable_data(),
                   [](T low, T high) { return std::midpoint(low, high); });
    if (in) share = median_shares(own, found, r.kept);
  }
  if (in) in.record(y, Median{axes, options}, Shares<T>{share, r.kept});
  return y;
}
template <Real T>
Tensor<T> median(const Tensor<T>& x, CallSite site) {
  return median(x, {}, {}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct StatisticOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, CallSite)>(var),
      Function<Tensor<T>(X, const Axes&, VarianceOptions, CallSite)>(var),
      Function<Tensor<T>(X, CallSite)>(stddev),
      Function<Tensor<T>(X, const Axes&, VarianceOptions, CallSite)>(stddev),
      Function<Tensor<T>(X, CallSite)>(median),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(median)};
};
template struct StatisticOps<float>;
template struct StatisticOps<double>;

}  // namespace tapegrad
