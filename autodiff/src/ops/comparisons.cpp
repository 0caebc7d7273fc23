// Ops that choose between elements: extremes, masks, limits, comparisons.
#include <cmath>
#include <functional>

#include "ops/arithmetic.h"
#include "ops/families.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr std::string_view maximum_name = "maximum", minimum_name = "minimum", where_name = "where",
                           clip_name = "clip", greater_name = "greater", less_name = "less",
                           greater_equal_name = "greater_equal", less_equal_name = "less_equal",
                           stop_gradient_name = "stop_gradient";

// The part of the adjoint that goes to a: 1 where it was taken, 0 where b was, 1/2 at ties. A constant.
template <Real T, class F>
Tensor<T> share_of(const Tensor<T>& a, const Tensor<T>& b, const Shape& shape, F beats) {
  Tensor<T> share = Tensor<T>::empty(shape);
  map_pair(share, a, b, [beats](const Lanes<T>& p, const Lanes<T>& q) {
    return where(beats(p, q), T(1), where(beats(q, p), T(0), T(0.5)));
  });
  return share;
}

// beats(p, q): whether p is taken and not q.
template <const std::string_view& name, Real T, class F, class Again>
Tensor<T> extreme(const Tensor<T>& a, const Tensor<T>& b, const CallSite& site, F beats, Again again) {
  Inputs in(name, site, a, b);
  Tensor<T> y = in.template output<T>(broadcast_shape(name, a.shape(), b.shape(), site));
  map_pair(y, a, b, [beats](const Lanes<T>& p, const Lanes<T>& q) {
    return where(q == q, where(beats(q, p), q, p), q);  // a NaN of either one stays
  });
  if (in) {
    in.template record<name>(
        y,
        pointwise([of_a = share_of(a, b, y.shape(), beats)](Sweep& sweep, const Tensor<T>& g) {
          if (sweep.wants(0)) sweep.add(0, g * of_a);
          if (sweep.wants(1)) sweep.add(1, g * (1 - of_a));
        }),
        again);
  }
  return y;
}

// y[i] = mask[i] ? a[i] : b[i], all broadcast to y's shape.
template <Real T>
void choose(Tensor<T>& y, const Mask& mask, const Tensor<T>& a, const Tensor<T>& b) {
  const Shape& shape = y.shape();
  const std::array<kernels::Strides, 4> strides{
      kernels::strides_of(shape), kernels::broadcast_strides(mask.shape(), shape),
      kernels::broadcast_strides(a.shape(), shape), kernels::broadcast_strides(b.shape(), shape)};
  const std::ptrdiff_t dm = kernels::row_stride(strides[1]), da = kernels::row_stride(strides[2]),
                       db = kernels::row_stride(strides[3]);
  kernels::for_each_row<4>(shape, strides, {}, [&](const auto& at, std::size_t length) {
    T* to = y.mutable_data() + at[0];
    const bool* bit = mask.data() + at[1];
    const T *p = a.data() + at[2], *q = b.data() + at[3];
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(length); ++i) to[i] = bit[i * dm] ? p[i * da] : q[i * db];
  });
}

template <const std::string_view& name, Real T, class F>
Mask compare(const Tensor<T>& a, const Tensor<T>& b, const CallSite& site, F f) {
  if (!a || !b) fail_empty(name, site);
  Tensor<T> bits = Tensor<T>::empty(broadcast_shape(name, a.shape(), b.shape(), site));
  note_cut<name>(bits.shape(), site, a.node(), b.node());
  map_pair(bits, a, b, [f](const Lanes<T>& p, const Lanes<T>& q) { return where(f(p, q), Lanes<T>(1), Lanes<T>(0)); });
  Mask mask(bits.shape());
  std::transform(bits.data(), bits.data() + bits.size(), mask.mutable_data(), [](T bit) { return bit != 0; });
  return mask;
}

}  // namespace

// ---- maximum, minimum: the adjoint goes to the one that was taken, half to each at a tie
template <Real T>
Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return extreme<maximum_name>(a, b, site, std::greater<>(),
                               [](const auto& x) { return maximum(x[0], x[1]); });
}
template <Real T>
Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return extreme<minimum_name>(a, b, site, std::less<>(), [](const auto& x) { return minimum(x[0], x[1]); });
}

// ---- where: y = a if mask else b     da = dy if mask else 0     db = 0 if mask else dy
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  Inputs in(where_name, site, a, b);
  const Shape either = broadcast_shape(where_name, a.shape(), b.shape(), site);
  Tensor<T> y = in.template output<T>(broadcast_shape(where_name, mask.shape(), either, site));
  choose(y, mask, a, b);
  if (in) {
    in.template record<where_name>(
        y,
        pointwise([mask](Sweep& sweep, const Tensor<T>& g) {
          const Tensor<T> zero(T(0));
          if (sweep.wants(0)) sweep.add(0, where(mask, g, zero));
          if (sweep.wants(1)) sweep.add(1, where(mask, zero, g));
        }),
        [mask](const auto& x) { return where(mask, x[0], x[1]); });
  }
  return y;
}

// ---- clip: y = min(max(x, low), high)     dx = dy where low <= x <= high
template <Real T>
Tensor<T> clip(const Tensor<T>& x, double low, double high, CallSite site) {
  if (!(low <= high)) {
    throw DomainError("clip: low " + std::to_string(low) + " is above high " + std::to_string(high) + text(site));
  }
  Inputs in(clip_name, site, x);
  Tensor<T> y = in.template output<T>(x.shape());
  const Lanes<T> bottom{T(low)}, top{T(high)};
  kernels::map(y.mutable_data(), y.size(), [=](const Lanes<T>& v) {
    return where(v < bottom, bottom, where(v > top, top, v));
  }, x.data());
  if (in) {
    Tensor<T> inside = Tensor<T>::empty(x.shape());
    kernels::map(inside.mutable_data(), x.size(), [=](const Lanes<T>& v) {
      return where(v >= bottom, where(v <= top, T(1), T(0)), T(0));
    }, x.data());
    in.template record<clip_name>(
        y, pointwise([inside](Sweep& sweep, Tensor<T> g) { sweep.add(0, std::move(g) * inside); }),
        [low, high](const auto& inputs) { return clip(inputs[0], low, high); });
  }
  return y;
}

// ---- stop_gradient: y = x, and nothing on the tape but a note
template <Real T>
Tensor<T> stop_gradient(const Tensor<T>& x, CallSite site) {
  const Inputs in(stop_gradient_name, site, x);
  note_cut<stop_gradient_name>(x.shape(), site, x.node());
  return Tensor<T>(allocate_view(x.node(), x.shape(), 0));
}

template <Real T>
Mask greater(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<greater_name>(a, b, site, std::greater<>());
}
template <Real T>
Mask less(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<less_name>(a, b, site, std::less<>());
}
template <Real T>
Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<greater_equal_name>(a, b, site, std::greater_equal<>());
}
template <Real T>
Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<less_equal_name>(a, b, site, std::less_equal<>());
}

std::vector<OpInfo> selection_ops() {
  const Domain any{-2, 2}, apart{-2, 2, 0.1};
  return {pair_op(maximum_name, apart, [](const auto& a, const auto& b) { return maximum(a, b); }),
          pair_op(minimum_name, apart, [](const auto& a, const auto& b) { return minimum(a, b); }),
          pair_op(where_name, any, [](const auto& a, const auto& b) {
            const xt::xarray<bool> mask{true, false, true};
            return where(a.rank() && a.shape().back(0) == 3 ? Mask(mask) : Mask(xt::xarray<bool>(true)), a, b);
          }),
          {clip_name, {{"matrix", {{3, 4}}, any, [](const auto& x) { return clip(x[0], -1.05, 1.05); }}}}};
}

template Tensor<float> maximum(const Tensor<float>&, const Tensor<float>&, CallSite);
template Tensor<float> minimum(const Tensor<float>&, const Tensor<float>&, CallSite);
template Tensor<float> where(const Mask&, const Tensor<float>&, const Tensor<float>&, CallSite);
template Tensor<float> clip(const Tensor<float>&, double, double, CallSite);
template Tensor<float> stop_gradient(const Tensor<float>&, CallSite);
template Mask greater(const Tensor<float>&, const Tensor<float>&, CallSite);
template Mask less(const Tensor<float>&, const Tensor<float>&, CallSite);
template Mask greater_equal(const Tensor<float>&, const Tensor<float>&, CallSite);
template Mask less_equal(const Tensor<float>&, const Tensor<float>&, CallSite);
template Tensor<double> maximum(const Tensor<double>&, const Tensor<double>&, CallSite);
template Tensor<double> minimum(const Tensor<double>&, const Tensor<double>&, CallSite);
template Tensor<double> where(const Mask&, const Tensor<double>&, const Tensor<double>&, CallSite);
template Tensor<double> clip(const Tensor<double>&, double, double, CallSite);
template Tensor<double> stop_gradient(const Tensor<double>&, CallSite);
template Mask greater(const Tensor<double>&, const Tensor<double>&, CallSite);
template Mask less(const Tensor<double>&, const Tensor<double>&, CallSite);
template Mask greater_equal(const Tensor<double>&, const Tensor<double>&, CallSite);
template Mask less_equal(const Tensor<double>&, const Tensor<double>&, CallSite);

}  // namespace tapegrad
