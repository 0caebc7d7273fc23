// Sums, means and extremes over axes.
#include <limits>
#include <optional>

#include "kernels/copy.h"
#include "kernels/reduce.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

Reduction reduction(std::string_view op, const Shape& shape, const Axes& axes, bool keepdims, const CallSite& site) {
  ShortVector<char, 8> reduced(shape.rank(), axes.empty());
  for (long axis : axes) {
    const long place = axis < 0 ? axis + static_cast<long>(shape.rank()) : axis;
    if (place < 0 || place >= static_cast<long>(shape.rank())) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " does not exist in shape " + text(shape) +
                       text(site));
    }
    if (reduced[static_cast<std::size_t>(place)]) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " is given twice" + text(site));
    }
    reduced[static_cast<std::size_t>(place)] = true;
  }
  ShortVector<std::size_t, 8> kept, result;
  std::size_t count = 1;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (reduced[i]) count *= shape[i];
    kept.push_back(reduced[i] ? 1 : shape[i]);
    if (!reduced[i] || keepdims) result.push_back(kept.back());
  }
  return {Shape(kept), Shape(result), count};
}

namespace {

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (std::size_t i = 0; i < from.rank(); ++i) {
    if (from.back(i) != 1 && from.back(i) != to.back(i)) return false;
  }
  return true;
}

// Walks x against the smaller array it reduces to; f(target, value).
template <Real T, class F>
void reduce_into(T* y, const Shape& kept, const Tensor<T>& x, F f) {
  const kernels::Strides to = kernels::broadcast_strides(kept, x.shape());
  const std::ptrdiff_t step = kernels::row_stride(to);
  kernels::for_each_row<2>(x.shape(), {kernels::strides_of(x.shape()), to}, {0, 0},
                           [=, data = x.data()](const auto& at, std::size_t length) {
                             const T* row = data + at[0];
                             T* target = y + at[1];
                             if (step == 0) {
                               for (std::size_t i = 0; i < length; ++i) f(*target, row[i]);
                             } else {
                               for (std::size_t i = 0; i < length; ++i) f(target[i], row[i]);
                             }
                           });
}

// Neighbouring axes that are all summed, or all kept, as one axis.
struct Run {
  std::size_t length;
  bool summed;
};

// The axes of `full` with those summed that `kept` has with length 1 or lacks. Axes of length 1 are in no run.
ShortVector<Run, 8> runs_of(const Shape& full, const Shape& kept) {
  ShortVector<Run, 8> runs;
  const std::size_t missing = full.rank() - kept.rank();
  for (std::size_t axis = 0; axis < full.rank(); ++axis) {
    if (full[axis] == 1) continue;
    const bool summed = axis < missing || kept[axis - missing] == 1;
    if (runs.empty() || runs.back().summed != summed) runs.push_back({1, summed});
    runs[runs.size() - 1].length *= full[axis];
  }
  return runs;
}

// y = x summed over the axes that `kept` has with length 1 or lacks: one run of axes after the other, the last first.
template <Real T>
void sum_into(Tensor<T>& y, const Shape& kept, const Tensor<T>& x) {
  T* const result = y.mutable_data();
  if (x.size() == 0) return void(std::fill_n(result, kept.size(), T(0)));
  ShortVector<Run, 8> runs = runs_of(x.shape(), kept);
  std::size_t left = 0;
  for (const Run& run : runs) left += run.summed;
  if (left == 0) return void(std::copy_n(x.data(), x.size(), result));
  Tensor<T> from = x;
  for (std::size_t i = runs.size(), inner = 1; left > 0;) {
    const auto [length, summed] = runs[--i];
    if (!summed) {
      inner *= length;
      continue;
    }
    const std::size_t outer = from.size() / (length * inner);
    Tensor<T> to = --left == 0 ? y : Tensor<T>::empty({outer * inner});
    kernels::sum_middle(left == 0 ? result : to.mutable_data(), from.data(), outer, length, inner);
    from = to;
  }
}

}  // namespace

// ---- argmax, argmin: places, no gradient
namespace {
struct Argmax {
  static constexpr OpTraits traits{.name = "argmax", .no_derivative = "a place has no derivative"};
  static bool better(auto p, auto q) { return p > q; }
};
struct Argmin {
  static constexpr OpTraits traits{.name = "argmin", .no_derivative = "a place has no derivative"};
  static bool better(auto p, auto q) { return p < q; }
};

// The place of the best element along the middle one of three axes; the first of equal ones, or the first NaN.
template <Real T, class F>
void find_best(std::int32_t* place, const T* x, std::size_t outer, std::size_t length, std::size_t inner, F better) {
  for (std::size_t i = 0; i < outer * inner; ++i) {
    const T* from = x + i / inner * length * inner + i % inner;
    std::size_t best = 0;
    for (std::size_t k = 1; k < length && from[best * inner] == from[best * inner]; ++k) {
      const T v = from[k * inner];
      if (better(v, from[best * inner]) || v != v) best = k;
    }
    place[i] = static_cast<std::int32_t>(best);
  }
}

// Of all elements when there is no axis. Op::better(p, q): whether p is chosen and not q.
template <class Op, Real T>
Indices places(const Tensor<T>& x, std::optional<long> axis, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  if (!x) fail_empty(name, site);
  Indices result(axis ? reduction(name, x.shape(), {*axis}, false, site).result : Shape());
  std::size_t outer = 1, length = x.size(), inner = 1;
  if (axis) {
    const auto along = static_cast<std::size_t>(*axis < 0 ? *axis + static_cast<long>(x.rank()) : *axis);
    length = x.shape()[along];
    for (std::size_t i = 0; i < along; ++i) outer *= x.shape()[i];
    for (std::size_t i = along + 1; i < x.rank(); ++i) inner *= x.shape()[i];
  }
  if (length == 0) {
    throw ShapeError(std::string(name) + ": shape " + text(x.shape()) + " has no elements to choose from" +
                     text(site));
  }
  if (length > std::size_t(std::numeric_limits<std::int32_t>::max())) {
    throw ShapeError(std::string(name) + ": " + std::to_string(length) + " places do not fit into 32 bits" +
                     text(site));
  }
  find_best(result.mutable_data(), x.data(), outer, length, inner, [](T p, T q) { return Op::better(p, q); });
  record_read<Op>(result.shape(), site, x.node());
  return result;
}
}  // namespace

template <Real T>
Indices argmax(const Tensor<T>& x, CallSite site) {
  return places<Argmax>(x, std::nullopt, site);
}
template <Real T>
Indices argmax(const Tensor<T>& x, long axis, CallSite site) {
  return places<Argmax>(x, axis, site);
}
template <Real T>
Indices argmin(const Tensor<T>& x, CallSite site) {
  return places<Argmin>(x, std::nullopt, site);
}
template <Real T>
Indices argmin(const Tensor<T>& x, long axis, CallSite site) {
  return places<Argmin>(x, axis, site);
}

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

// ---- mean: the sum over the count, as two entries on the tape
template <Real T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  if (!x) fail_empty("mean", site);
  const Reduction r = reduction("mean", x.shape(), axes, options.keepdims, site);
  return product_of<T>({sum(x, axes, options, site), site}, {1 / double(r.count), site});
}
template <Real T>
Tensor<T> mean(const Tensor<T>& x, CallSite site) {
  return mean(x, {}, {}, site);
}

// ---- amax, amin: the adjoint goes to the extreme elements, in equal shares
namespace {
struct Amax {
  static constexpr OpTraits traits{
      .name = "amax",
      .cuts = true,
      .formula = with_adjoints({"largest of x", "\\max x"}, {"x", {"g at the largest", "g \\text{ at the largest}"}})};
  Axes axes;
  ReduceOptions options;
  template <Real T>
  static constexpr T worst = -std::numeric_limits<T>::infinity();
  static bool better(auto p, auto q) { return p > q; }
  auto operator()(const auto& x) const { return amax(x[0], axes, options); }
};
struct Amin {
  static constexpr OpTraits traits{
      .name = "amin",
      .cuts = true,
      .formula =
          with_adjoints({"smallest of x", "\\min x"}, {"x", {"g at the smallest", "g \\text{ at the smallest}"}})};
  Axes axes;
  ReduceOptions options;
  template <Real T>
  static constexpr T worst = std::numeric_limits<T>::infinity();
  static bool better(auto p, auto q) { return p < q; }
  auto operator()(const auto& x) const { return amin(x[0], axes, options); }
};

// 1 / (number of equal extremes) at each of them, 0 elsewhere: a constant.
template <Real T>
Tensor<T> shares(const Tensor<T>& x, const Tensor<T>& y, const Shape& kept) {
  using Array = std::pair<const T*, const Shape*>;
  Tensor<T> share = Tensor<T>::empty(x.shape()), count = Tensor<T>::full(kept, 0);
  kernels::map_broadcast(
      share.mutable_data(), x.shape(),
      [](const Lanes<T>& v, const Lanes<T>& best) { return where(v == best, T(1), T(0)); },
      Array(x.data(), &x.shape()), Array(y.data(), &kept));
  sum_into(count, kept, share);
  Tape::Pause pause;
  return share / count;
}

// The rule of an extreme: the adjoint goes to where it was found, the tangent comes from there, and nothing goes to or
// comes from elsewhere, not even of an infinity or a NaN.
template <Real T>
struct Shares {
  Tensor<T> share;
  Shape kept;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    sweep.add(0, stopped(reshape(g, kept) * share, share, sweep.recording));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const Tensor<T> taken = stopped(push.tangent<T>(0) * share, share, push.recording);
    return reshape(sum_to(taken, kept), push.shape());
  }
};

template <class Op, Real T>
Tensor<T> extreme(const Tensor<T>& x, const Axes& axes, ReduceOptions options, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), axes, options.keepdims, site);
  if (r.count == 0) {
    throw ShapeError(std::string(name) + ": shape " + text(x.shape()) + " has no elements" + text(site));
  }
  Tensor<T> y = in.template output<T>(r.result);
  std::fill_n(y.mutable_data(), y.size(), Op::template worst<T>);
  reduce_into(y.mutable_data(), r.kept, x, [](T& best, T v) { if (Op::better(v, best) || v != v) best = v; });
  if (in) in.record(y, Op{axes, options}, Shares<T>{shares(x, y, r.kept), r.kept});
  return y;
}
}  // namespace

template <Real T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  return extreme<Amax>(x, axes, options, site);
}
template <Real T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  return extreme<Amin>(x, axes, options, site);
}
template <Real T>
Tensor<T> amax(const Tensor<T>& x, CallSite site) {
  return amax(x, {}, {}, site);
}
template <Real T>
Tensor<T> amin(const Tensor<T>& x, CallSite site) {
  return amin(x, {}, {}, site);
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
};
struct BroadcastTo {
  static constexpr OpTraits traits{
      .name = "broadcast_to",
      .depends = Depends::by_element,
      .formula = with_adjoints({"copies of x", "\\text{copies of } x"},
                               {"x", {"g summed over the copies", "g \\text{ summed over the copies}"}})};
  Shape shape;
  auto operator()(const auto& x) const { return broadcast_to(x[0], shape); }
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
      Function<Indices(X, CallSite)>(argmax),
      Function<Indices(X, long, CallSite)>(argmax),
      Function<Indices(X, CallSite)>(argmin),
      Function<Indices(X, long, CallSite)>(argmin),
      Function<Tensor<T>(X, CallSite)>(sum),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(sum),
      Function<Tensor<T>(X, CallSite)>(mean),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(mean),
      Function<Tensor<T>(X, CallSite)>(amax),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(amax),
      Function<Tensor<T>(X, CallSite)>(amin),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(amin),
      Function<Tensor<T>(X, const Shape&, CallSite)>(sum_to),
      Function<Tensor<T>(X, const Shape&, CallSite)>(broadcast_to)};
};
template struct ReductionOps<float>;
template struct ReductionOps<double>;

}  // namespace tapegrad
