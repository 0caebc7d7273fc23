// Products over axes.
#include "kernels/fold.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "ops/scans.h"

namespace tapegrad {
using namespace engine;

// ---- prod: y = x_0 ... x_n     dx_i = dy (x_0 ... x_(i-1)) (x_(i+1) ... x_n), without a division
namespace {
struct Prod {
  static constexpr OpTraits traits{
      .name = "prod",
      .formula = with_adjoints({"product of x", "\\prod x"},
                               {"x", {"g * the other factors", "g \\prod_{j \\ne i} x_j"}})};
  long axis;
  ReduceOptions options;
  auto operator()(const auto& x) const { return prod(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return prod(x[0], b.axis(axis), options); }
};

template <Real T>
struct OtherFactors {
  Tensor<T> x;
  std::size_t axis;
  Tensor<T> operator()() const {
    const auto along = static_cast<long>(axis);
    const Tensor<T> up_to = cumprod(x, along), from = cumprod(x, along, {.reverse = true});
    return neighbours(up_to, axis, false, 1) * neighbours(from, axis, true, 1);
  }
};

template <Real T>
Tensor<T> prod_along(const Tensor<T>& x, std::size_t axis, ReduceOptions options, const CallSite& site) {
  constexpr std::string_view name = Prod::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), static_cast<long>(axis), options.keepdims, site);
  Tensor<T> y = in.template output<T>(r.result);
  kernels::fold<kernels::RunningProduct<T>>(y.mutable_data(), kernels::lines_along(x.shape(), axis), x.data());
  if (in) {
    in.record(y, Prod{static_cast<long>(axis), options}, LinesRule<OtherFactors<T>, T>{{snapshot(x), axis}, r.kept});
  }
  return y;
}
}  // namespace

// All elements are one axis; of several axes each is an entry of its own.
template <Real T>
Tensor<T> prod(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  if (!x) fail_empty(Prod::traits.name, site);
  const Reduction r = reduction(Prod::traits.name, x.shape(), axes, options.keepdims, site);
  if (axes.empty()) {
    const Tensor<T> y = prod_along(x.rank() == 1 ? x : reshape(x, -1, site), 0, {}, site);
    return options.keepdims ? reshape(y, r.result, site) : y;
  }
  ShortVector<char, 8> reduced(x.rank(), 0);
  for (const long axis : axes) reduced[axis_of(Prod::traits.name, x.shape(), axis, site)] = true;
  Tensor<T> y = x;
  for (std::size_t axis = x.rank(); axis-- > 0;) {
    if (reduced[axis]) y = prod_along(y, axis, options, site);
  }
  return y;
}
template <Real T>
Tensor<T> prod(const Tensor<T>& x, CallSite site) {
  return prod(x, {}, {}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ProductOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, CallSite)>(prod),
                                        Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(prod)};
};
template struct ProductOps<float>;
template struct ProductOps<double>;

}  // namespace tapegrad
