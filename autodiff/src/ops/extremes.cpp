// The largest and the smallest along axes, and where they are.
#include <limits>
#include <optional>

#include "engine/trace.h"
#include "kernels/extreme.h"
#include "kernels/lines.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "tapegrad/engine/loops/strided.h"

namespace tapegrad {
using namespace engine;

// ---- argmax, argmin: places, no gradient
namespace {
struct Argmax {
  static constexpr OpTraits traits{.name = "argmax", .no_derivative = "a place has no derivative"};
  static auto better(const auto& p, const auto& q) { return p > q; }
};
struct Argmin {
  static constexpr OpTraits traits{.name = "argmin", .no_derivative = "a place has no derivative"};
  static auto better(const auto& p, const auto& q) { return p < q; }
};

// The place of the best element along the middle one of three axes; the first of equal ones, or the first NaN. Columns
// go side by side, in strips.
template <Real T, class F>
void find_best(std::int32_t* place, const T* x, std::size_t outer, std::size_t length, std::size_t inner, F better) {
  constexpr std::size_t strip = 64;
  const std::size_t strips = (inner + strip - 1) / strip;
  kernels::parallel(outer * strips, [=](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t left = task % strips * strip, count = std::min(strip, inner - left);
      const T* from = x + task / strips * length * inner + left;
      std::int32_t* to = place + task / strips * inner + left;
      T best[strip];
      std::copy_n(from, count, best);
      std::fill_n(to, count, 0);
      for (std::size_t k = 1; k < length; ++k) {
        for (std::size_t i = 0; i < count; ++i) {
          const T v = from[k * inner + i], kept = best[i];
          const bool taken = kept == kept && (better(v, kept) || v != v);
          best[i] = taken ? v : kept;
          to[i] = taken ? static_cast<std::int32_t>(k) : to[i];
        }
      }
    }
  }, std::max<std::size_t>(1, kernels::chunk_length / (length * std::min(inner, strip) + 1)));
}

// Of all elements when there is no axis. Op::better(p, q): whether p is chosen and not q.
template <class Op, Real T>
Indices places(const Tensor<T>& x, std::optional<long> axis, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  if (!x) fail_empty(name, site);
  Indices result(axis ? reduction(name, x.shape(), {*axis}, false, site).result : Shape());
  const auto [outer, length, inner] = axis ? kernels::lines_along(x.shape(), axis_of(name, x.shape(), *axis, site))
                                           : kernels::Lines{1, x.size(), 1};
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

// ---- amax, amin: the adjoint goes to the extreme elements, in equal shares
namespace {
struct Amax {
  static constexpr OpTraits traits{
      .name = "amax",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"largest of x", "\\max x"}, {"x", {"g at the largest", "g \\text{ at the largest}"}})};
  Axes axes;
  ReduceOptions options;
  template <Real T>
  static constexpr T worst = -std::numeric_limits<T>::infinity();
  static auto better(const auto& p, const auto& q) { return p > q; }
  auto operator()(const auto& x) const { return amax(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return amax(all...); });
  }
};
struct Amin {
  static constexpr OpTraits traits{
      .name = "amin",
      .cuts = true,
      .choices = Choices::remade,
      .formula =
          with_adjoints({"smallest of x", "\\min x"}, {"x", {"g at the smallest", "g \\text{ at the smallest}"}})};
  Axes axes;
  ReduceOptions options;
  template <Real T>
  static constexpr T worst = std::numeric_limits<T>::infinity();
  static auto better(const auto& p, const auto& q) { return p < q; }
  auto operator()(const auto& x) const { return amin(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return amin(all...); });
  }
};

// 1 / (number of equal extremes) at each of them, 0 elsewhere: a constant.
template <Real T>
Tensor<T> shares(const Tensor<T>& x, const Tensor<T>& y, const Shape& kept) {
  using Array = std::pair<const T*, const Shape*>;
  const Tape::Pause pause;
  Tensor<T> share = Tensor<T>::empty(x.shape());
  kernels::map_broadcast(
      share.mutable_data(), x.shape(),
      [](const Lanes<T>& v, const Lanes<T>& best) { return where(v == best, T(1), T(0)); },
      Array(x.data(), &x.shape()), Array(y.data(), &kept));
  return share / sum_to(share, kept);
}

template <class Op, Real T>
Tensor<T> extreme(const Tensor<T>& x, const Axes& axes, ReduceOptions options, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  Inputs in(name, site, x);
  const Reduction r = reduction(name, x.shape(), axes, options.keepdims, site);
  if (r.count == 0) {
    throw ShapeError(std::string(name) + ": shape " + text(x.shape()) + " has no elements" + text(site));
  }
  Tensor<T> y = in.template output<T>(r.result);
  if (x.size() != 0) reduce_runs(y, r.kept, x, kernels::extreme_middle<Op, T>);
  if (in && follows(x.node())) in.record(y, Op{axes, options}, Shares<T>{{}, r.kept, snapshot(x), y});
  else if (in) in.record(y, Op{axes, options}, Shares<T>{shares(x, y, r.kept), r.kept});
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

// All that this file compiles, once for float and once for double.
template <Real T>
struct ExtremeOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Indices(X, CallSite)>(argmax),
      Function<Indices(X, long, CallSite)>(argmax),
      Function<Indices(X, CallSite)>(argmin),
      Function<Indices(X, long, CallSite)>(argmin),
      Function<Tensor<T>(X, CallSite)>(amax),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(amax),
      Function<Tensor<T>(X, CallSite)>(amin),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(amin)};
};
template struct ExtremeOps<float>;
template struct ExtremeOps<double>;

}  // namespace tapegrad
