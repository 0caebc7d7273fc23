// Sums and means over axes.
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/reduce.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

namespace {

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (std::size_t i = 0; i < from.rank(); ++i) {
    if (from.back(i) != 1 && from.back(i) != to.back(i)) return false;
  }
  return true;
}

// y = x summed over the axes that `kept` has with length 1 or lacks.
template <Real T>
void sum_into(Tensor<T>& y, const Shape& kept, const Tensor<T>& x) {
  if (x.size() == 0) return void(std::fill_n(y.mutable_data(), kept.size(), T(0)));
  reduce_runs(y, kept, x, kernels::sum_middle<T>);
}

}  // namespace

// ---- sum: dx = dy, broadcast back
namespace {
struct Sum {
  static constexpr OpTraits traits{
      .name = "sum",
      .formula =
          with_adjoints({"sum of x", "\\sum x"}, {"x", {"g for every element", "g \\text{ for every element}"}})};
  Axes axes;
  ReduceOptions options;
  auto operator()(const auto& x) const { return sum(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return sum(all...); });
  }
};
}  // namespace

template <Real T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  Inputs in(Sum::traits.name, site, x);
  const Reduction r = reduction(Sum::traits.name, x.shape(), axes, options.keepdims, site);
  Tensor<T> y = in.template output<T>(r.result);
  sum_into(y, r.kept, x);
  if (in) {
    in.record(
        y, Sum{axes, options},
        adjoint_and_tangent(
            [kept = r.kept](Sweep& sweep, const Tensor<T>& g) {
              sweep.add(0, broadcast_to(g.shape() == kept ? g : reshape(g, kept), sweep.shape(0)));
            },
            [kept = r.kept](const Push& push) { return reshape(sum_to(push.tangent<T>(0), kept), push.shape()); }));
  }
  return y;
}
template <Real T>
Tensor<T> sum(const Tensor<T>& x, CallSite site) {
  return sum(x, {}, {}, site);
}

// ---- mean: y = sum of x / n     dx = dy / n, broadcast back
namespace {
struct Mean {
  static constexpr OpTraits traits{
      .name = "mean",
      .formula = with_adjoints({"mean of x", "\\overline{x}"}, {"x", {"g / n for every element", "\\frac{g}{n}"}})};
  Axes axes;
  ReduceOptions options;
  auto operator()(const auto& x) const { return mean(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return mean(all...); });
  }
};
}  // namespace

template <Real T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  Inputs in(Mean::traits.name, site, x);
  const Reduction r = reduction(Mean::traits.name, x.shape(), axes, options.keepdims, site);
  Tensor<T> y = in.template output<T>(r.result);
  sum_into(y, r.kept, x);
  const double share = 1 / double(r.count);
  kernels::map(y.mutable_data(), y.size(), [=](const Lanes<T>& v) { return v * Lanes<T>(T(share)); }, y.data());
  if (in) {
    in.record(y, Mean{axes, options},
              adjoint_and_tangent(
                  [kept = r.kept, share](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, broadcast_to(reshape(g * share, kept), sweep.shape(0)));
                  },
                  [kept = r.kept, share](const Push& push) {
                    return reshape(sum_to(push.tangent<T>(0), kept) * share, push.shape());
                  }));
  }
  return y;
}
template <Real T>
Tensor<T> mean(const Tensor<T>& x, CallSite site) {
  return mean(x, {}, {}, site);
}

// ---- sum_to and broadcast_to are each other's reverse
namespace {
struct SumTo {
  static constexpr OpTraits traits{
      .name = "sum_to",
      .formula = with_adjoints({"x summed over axes", "x \\text{ summed over axes}"},
                               {"x", {"g along these axes", "g \\text{ along these axes}"}})};
  Shape shape;
  auto operator()(const auto& x) const { return sum_to(x[0], shape); }
  auto batched(const auto& x, const Batch& b) const {
    ShortVector<std::size_t, 8> kept(1 + b.shapes[0].rank() - shape.rank(), 1);
    kept[0] = b.length;
    for (const std::size_t axis : shape) kept.push_back(axis);
    return reshape(sum_to(x[0], Shape(kept)), b + shape);
  }
};
struct BroadcastTo {
  static constexpr OpTraits traits{
      .name = "broadcast_to",
      .depends = Depends::by_element,
      .formula = with_adjoints({"copies of x", "\\text{copies of } x"},
                               {"x", {"g summed over the copies", "g \\text{ summed over the copies}"}})};
  Shape shape;
  auto operator()(const auto& x) const { return broadcast_to(x[0], shape); }
  auto batched(const auto& x, const Batch& b) const {
    return broadcast_to(b.raised(x[0], 0, shape.rank()), b + shape);
  }
};
}  // namespace

template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, CallSite site) {
  if (x && x.shape() == shape) return x.is_variable() ? reshape(x, shape, site) : x;  // never the variable itself
  Inputs in(SumTo::traits.name, site, x);
  if (!broadcasts_to(shape, x.shape())) {
    throw ShapeError("sum_to: shape " + text(shape) + " does not broadcast to " + text(x.shape()) + text(site));
  }
  Tensor<T> y = in.template output<T>(shape);
  sum_into(y, shape, x);
  if (in) {
    in.record(
        y, SumTo{shape},
        adjoint_and_tangent([](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, broadcast_to(g, sweep.shape(0))); },
                            [](const Push& push) { return sum_to(push.tangent<T>(0), push.shape()); }));
  }
  return y;
}
template <Real T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, CallSite site) {
  if (x && x.shape() == shape) return x.is_variable() ? reshape(x, shape, site) : x;
  Inputs in(BroadcastTo::traits.name, site, x);
  if (!broadcasts_to(x.shape(), shape)) {
    throw ShapeError("broadcast_to: shape " + text(x.shape()) + " cannot become " + text(shape) + text(site));
  }
  Tensor<T> y = in.template output<T>(shape);
  kernels::copy(y.mutable_data(), x.data(), kernels::broadcast_strides(x.shape(), shape), shape);
  if (in) {
    in.record(y, BroadcastTo{shape},
              adjoint_and_tangent([](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, sum_to(g, sweep.shape(0))); },
                                  [](const Push& push) { return broadcast_to(push.tangent<T>(0), push.shape()); }));
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ReductionOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, CallSite)>(sum),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(sum),
      Function<Tensor<T>(X, CallSite)>(mean),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(mean),
      Function<Tensor<T>(X, const Shape&, CallSite)>(sum_to),
      Function<Tensor<T>(X, const Shape&, CallSite)>(broadcast_to)};
};
template struct ReductionOps<float>;
template struct ReductionOps<double>;

}  // namespace tapegrad
