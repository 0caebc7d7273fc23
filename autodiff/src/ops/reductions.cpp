// Sums, means and extremes over axes.
#include "kernels/map.h"
#include "kernels/reduce.h"
#include "ops/families.h"
#include "record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
namespace {

constexpr std::string_view sum_name = "sum", amax_name = "amax", amin_name = "amin", sum_to_name = "sum_to",
                           broadcast_to_name = "broadcast_to", mean_name = "mean";

struct Reduction {
  Shape kept, result;  // with the reduced axes as 1, and as the user wants it
};

Reduction reduction(std::string_view op, const Shape& shape, const Axes& axes, bool keepdims, const Where& where) {
  std::vector<bool> reduced(shape.rank(), axes.empty());
  for (long axis : axes) {
    const long place = axis < 0 ? axis + static_cast<long>(shape.rank()) : axis;
    if (place < 0 || place >= static_cast<long>(shape.rank())) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " does not exist in shape " + text(shape) +
                       text(where));
    }
    if (reduced[static_cast<std::size_t>(place)]) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " is given twice" + text(where));
    }
    reduced[static_cast<std::size_t>(place)] = true;
  }
  std::vector<std::size_t> kept, result;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    kept.push_back(reduced[i] ? 1 : shape[i]);
    if (!reduced[i] || keepdims) result.push_back(kept.back());
  }
  return {Shape(kept), Shape(result)};
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

template <const std::string_view& name, Real T, class F>
Tensor<T> extreme(const Tensor<T>& x, const Axes& axes, bool keepdims, const Where& where, T worst, F better) {
  if (x.size() == 0) throw ShapeError(std::string(name) + ": shape " + text(x.shape()) + " has no elements" + text(where));
  const Reduction r = reduction(name, x.shape(), axes, keepdims, where);
  auto in = tracked(name, where, x);
  Tensor<T> y = Tensor<T>::full(r.kept, worst);
  reduce_into(y.mutable_data(), r.kept, x, [better](T& best, T v) { if (better(v, best) || v != v) best = v; });
  Tensor<T> result = r.result == r.kept ? y : reshape(y, r.result);
  if (in) {
    // share: 1 / (number of equal extremes) at each of them, a constant
    Tensor<T> share = Tensor<T>::empty(x.shape()), count = Tensor<T>::full(r.kept, 0);
    kernels::map_broadcast(share.mutable_data(), x.shape(), x.data(), x.shape(), y.data(), r.kept,
                           [](T v, T best) { return v == best ? T(1) : T(0); });
    reduce_into(count.mutable_data(), r.kept, share, [](T& total, T v) { total += v; });
    {
      Tape::Pause pause;
      share = divide(share, count);
    }
    record<name>(result, in, where, [share, kept = r.kept](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, multiply(reshape(g, kept, sweep.where()), share, sweep.where()));
    });
  }
  return result;
}

}  // namespace

// ---- sum: dx = dy, broadcast back
template <Real T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, ReduceOptions options, Where where) {
  const Reduction r = reduction(sum_name, x.shape(), axes, options.keepdims, where);
  auto in = tracked(sum_name, where, x);
  Tensor<T> y = Tensor<T>::full(r.result, 0);
  if (r.kept.size() == 1) *y.mutable_data() = kernels::sum(x.data(), x.size());
  else reduce_into(y.mutable_data(), r.kept, x, [](T& total, T v) { total += v; });
  if (in) {
    record<sum_name>(y, in, where, [kept = r.kept, full = x.shape()](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, broadcast_to(reshape(g, kept, sweep.where()), full, sweep.where()));
    });
  }
  return y;
}
template <Real T>
Tensor<T> sum(const Tensor<T>& x, Where where) {
  return sum(x, {}, {}, where);
}

// ---- mean: the sum over the count, as two entries on the tape
template <Real T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, ReduceOptions options, Where where) {
  const Reduction r = reduction(mean_name, x.shape(), axes, options.keepdims, where);
  const T count = static_cast<T>(x.size()) / static_cast<T>(std::max<std::size_t>(1, r.kept.size()));
  return multiply(sum(x, axes, options, where), Tensor<T>(1 / count), where);
}
template <Real T>
Tensor<T> mean(const Tensor<T>& x, Where where) {
  return mean(x, {}, {}, where);
}

// ---- amax, amin: the adjoint goes to the extreme elements, in equal shares
template <Real T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, ReduceOptions options, Where where) {
  return extreme<amax_name>(x, axes, options.keepdims, where, -std::numeric_limits<T>::infinity(), std::greater<T>());
}
template <Real T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, ReduceOptions options, Where where) {
  return extreme<amin_name>(x, axes, options.keepdims, where, std::numeric_limits<T>::infinity(), std::less<T>());
}
template <Real T>
Tensor<T> amax(const Tensor<T>& x, Where where) {
  return amax(x, {}, {}, where);
}
template <Real T>
Tensor<T> amin(const Tensor<T>& x, Where where) {
  return amin(x, {}, {}, where);
}

// ---- sum_to and broadcast_to are each other's reverse
template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, Where where) {
  if (x.shape() == shape) return x;
  auto in = tracked(sum_to_name, where, x);
  Tensor<T> y = Tensor<T>::full(shape, 0);
  if (shape.size() == 1) *y.mutable_data() = kernels::sum(x.data(), x.size());
  else reduce_into(y.mutable_data(), shape, x, [](T& total, T v) { total += v; });
  if (in) {
    record<sum_to_name>(y, in, where, [full = x.shape()](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, broadcast_to(g, full, sweep.where()));
    });
  }
  return y;
}
template <Real T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, Where where) {
  if (x.shape() == shape) return x;
  bool fits = x.rank() <= shape.rank();
  for (std::size_t i = 0; fits && i < x.rank(); ++i) fits = x.shape().back(i) == 1 || x.shape().back(i) == shape.back(i);
  if (!fits) {
    throw ShapeError("broadcast_to: shape " + text(x.shape()) + " cannot become " + text(shape) + text(where));
  }
  auto in = tracked(broadcast_to_name, where, x);
  Tensor<T> y = Tensor<T>::empty(shape);
  kernels::copy_strided(y.mutable_data(), shape, x.data(), kernels::broadcast_strides(x.shape(), shape), 0);
  if (in) {
    record<broadcast_to_name>(y, in, where, [from = x.shape()](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, sum_to(g, from, sweep.where()));
    });
  }
  return y;
}

std::vector<OpInfo> reduction_ops() {
  const Domain any{-2, 2};
  auto reduce = [any](std::string_view name, auto f, bool empty) {
    OpInfo op{name, {{"all", {{3, 4}}, any, [f](const auto& x) { return f(x[0], Axes{}, ReduceOptions{}); }},
                     {"axis 0", {{3, 4}}, any, [f](const auto& x) { return f(x[0], Axes{0}, ReduceOptions{}); }},
                     {"last axis kept", {{2, 3, 4}}, any,
                      [f](const auto& x) { return f(x[0], Axes{-1}, ReduceOptions{.keepdims = true}); }},
                     {"axes 0 and 2", {{2, 3, 4}}, any, [f](const auto& x) { return f(x[0], Axes{0, 2}, ReduceOptions{}); }}}};
    if (empty) op.samples.push_back({"empty", {{0, 3}}, any, [f](const auto& x) { return f(x[0], Axes{0}, ReduceOptions{}); }});
    return op;
  };
  return {reduce(sum_name, [](const auto& x, const Axes& a, ReduceOptions o) { return sum(x, a, o); }, true),
          reduce(mean_name, [](const auto& x, const Axes& a, ReduceOptions o) { return mean(x, a, o); }, false),
          reduce(amax_name, [](const auto& x, const Axes& a, ReduceOptions o) { return amax(x, a, o); }, false),
          reduce(amin_name, [](const auto& x, const Axes& a, ReduceOptions o) { return amin(x, a, o); }, false),
          {sum_to_name, {{"row", {{4, 3}}, any, [](const auto& x) { return sum_to(x[0], {3}); }},
                         {"column", {{4, 3}}, any, [](const auto& x) { return sum_to(x[0], {4, 1}); }}}},
          {broadcast_to_name, {{"row", {{3}}, any, [](const auto& x) { return broadcast_to(x[0], {4, 3}); }},
                               {"column", {{4, 1}}, any, [](const auto& x) { return broadcast_to(x[0], {2, 4, 3}); }}}}};
}

template Tensor<float> sum(const Tensor<float>&, Where);
template Tensor<float> sum(const Tensor<float>&, const Axes&, ReduceOptions, Where);
template Tensor<float> mean(const Tensor<float>&, Where);
template Tensor<float> mean(const Tensor<float>&, const Axes&, ReduceOptions, Where);
template Tensor<float> amax(const Tensor<float>&, Where);
template Tensor<float> amax(const Tensor<float>&, const Axes&, ReduceOptions, Where);
template Tensor<float> amin(const Tensor<float>&, Where);
template Tensor<float> amin(const Tensor<float>&, const Axes&, ReduceOptions, Where);
template Tensor<float> sum_to(const Tensor<float>&, const Shape&, Where);
template Tensor<float> broadcast_to(const Tensor<float>&, const Shape&, Where);
template Tensor<double> sum(const Tensor<double>&, Where);
template Tensor<double> sum(const Tensor<double>&, const Axes&, ReduceOptions, Where);
template Tensor<double> mean(const Tensor<double>&, Where);
template Tensor<double> mean(const Tensor<double>&, const Axes&, ReduceOptions, Where);
template Tensor<double> amax(const Tensor<double>&, Where);
template Tensor<double> amax(const Tensor<double>&, const Axes&, ReduceOptions, Where);
template Tensor<double> amin(const Tensor<double>&, Where);
template Tensor<double> amin(const Tensor<double>&, const Axes&, ReduceOptions, Where);
template Tensor<double> sum_to(const Tensor<double>&, const Shape&, Where);
template Tensor<double> broadcast_to(const Tensor<double>&, const Shape&, Where);

}  // namespace tapegrad
