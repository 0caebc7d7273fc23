// Softmax, its logarithm, and the logarithm of a sum of exponentials.
#include <cmath>
#include <limits>

#include "kernels/lines.h"
#include "kernels/softmax.h"
#include "ops/instances.h"
#include "ops/reduction.h"

namespace tapegrad {
using namespace engine;
namespace {

// y = softmax of z along an axis, or its logarithm.
template <bool logarithm, Real T>
void softmax_into(Tensor<T>& y, const Tensor<T>& z, std::size_t axis) {
  if (z.size() == 0) return;
  const auto [outer, length, inner] = kernels::lines_along(z.shape(), axis);
  if (inner > 1) kernels::softmax_of_columns<logarithm>(y.mutable_data(), z.data(), outer, length, inner);
  else if constexpr (logarithm) kernels::log_softmax(y.mutable_data(), z.data(), outer, length);
  else kernels::softmax(y.mutable_data(), z.data(), outer, length);
}

template <Real T>
std::size_t axis_in(std::string_view op, const Tensor<T>& z, long axis, const CallSite& site) {
  if (z.rank() == 0) {
    throw ShapeError(std::string(op) + ": needs at least one axis, but z is a number" + text(site));
  }
  return axis_of(op, z.shape(), axis, site);
}

// Whether an adjoint is of rows, and not recorded: then it is found in one pass.
template <Real T>
bool is_plain(const Sweep& sweep, const Tensor<T>& y, long axis) {
  return !sweep.recording && y.size() > 0 && (axis == -1 || axis + 1 == static_cast<long>(y.rank()));
}
template <bool logarithm, Real T>
Tensor<T> adjoint_of_rows(const Tensor<T>& y, const Tensor<T>& g) {
  Tensor<T> d = Tensor<T>::empty(y.shape());
  const std::size_t columns = y.shape().back(0);
  kernels::softmax_adjoint<logarithm>(d.mutable_data(), y.data(), g.data(), y.size() / columns, columns);
  return d;
}

}  // namespace

// ---- softmax: y = e^z / sum of e^z along an axis      dz = y (dy - sum of dy y)     its Jacobian is symmetric
namespace {
struct Softmax {
  static constexpr OpTraits traits{
      .name = "softmax",
      .formula = with_adjoints({"exp(z) / sum of exp(z)", "\\frac{e^{z}}{\\sum e^{z}}"},
                               {"z", {"y * (g - sum of g * y)", "y \\left(g - \\sum g \\, y\\right)"}})};
  long axis;
  auto operator()(const auto& x) const { return softmax(x[0], axis); }
  auto batched(const auto& x, const Batch& b) const { return softmax(x[0], b.axis(axis)); }
};
template <Real T>
struct SoftmaxRule {
  Tensor<T> y;
  long axis;
  Tensor<T> times_jacobian(const Tensor<T>& g) const { return y * (g - sum(g * y, axis, {.keepdims = true})); }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    sweep.add(0, is_plain(sweep, y, axis) ? adjoint_of_rows<false>(y, g) : times_jacobian(g));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return times_jacobian(push.tangent<T>(0));
  }
};
}  // namespace

template <Real T>
Tensor<T> softmax(const Tensor<T>& z, long axis, CallSite site) {
  Inputs in(Softmax::traits.name, site, z);
  const std::size_t place = axis_in(Softmax::traits.name, z, axis, site);
  Tensor<T> y = in.template output<T>(z.shape());
  softmax_into<false>(y, z, place);
  if (in) in.record(y, Softmax{axis}, SoftmaxRule<T>{y, axis});
  return y;
}
template <Real T>
Tensor<T> softmax(const Tensor<T>& z, CallSite site) {
  return softmax(z, -1, site);
}

// ---- log_softmax: y = z - log(sum of e^z along an axis)      dz = dy - e^y sum of dy
namespace {
struct LogSoftmax {
  static constexpr OpTraits traits{
      .name = "log_softmax",
      .formula = with_adjoints({"z - log(sum of exp(z))", "z - \\ln \\sum e^{z}"},
                               {"z", {"g - exp(y) * sum of g", "g - e^{y} \\sum g"}})};
  long axis;
  auto operator()(const auto& x) const { return log_softmax(x[0], axis); }
  auto batched(const auto& x, const Batch& b) const { return log_softmax(x[0], b.axis(axis)); }
};
template <Real T>
struct LogSoftmaxRule {
  Tensor<T> y;
  long axis;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    sweep.add(0, is_plain(sweep, y, axis) ? adjoint_of_rows<true>(y, g)
                                          : g - exp(y) * sum(g, axis, {.keepdims = true}));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const Tensor<T> change = push.tangent<T>(0);
    return change - sum(exp(y) * change, axis, {.keepdims = true});
  }
};
}  // namespace

template <Real T>
Tensor<T> log_softmax(const Tensor<T>& z, long axis, CallSite site) {
  Inputs in(LogSoftmax::traits.name, site, z);
  const std::size_t place = axis_in(LogSoftmax::traits.name, z, axis, site);
  Tensor<T> y = in.template output<T>(z.shape());
  softmax_into<true>(y, z, place);
  if (in) in.record(y, LogSoftmax{axis}, LogSoftmaxRule<T>{y, axis});
  return y;
}
template <Real T>
Tensor<T> log_softmax(const Tensor<T>& z, CallSite site) {
  return log_softmax(z, -1, site);
}

// ---- logsumexp: y = log(sum of e^x)      dx = dy e^(x - y), 0 where all x are -inf
namespace {
struct LogSumExp {
  static constexpr OpTraits traits{
      .name = "logsumexp",
      .formula = with_adjoints({"log of the sum of exp(x)", "\\ln \\sum e^{x}"},
                               {"x", {"g * exp(x - y)", "g \\, e^{x - y}"}})};
  Axes axes;
  ReduceOptions options;
  auto operator()(const auto& x) const { return logsumexp(x[0], axes, options); }
  auto batched(const auto& x, const Batch& b) const {
    return b.reduced(x[0], axes, options, [](const auto&... all) { return logsumexp(all...); });
  }
};
template <Real T>
struct ShareOfSum {
  Tensor<T> x, y;
  Shape kept;
  Tensor<T> operator()() const {
    const Tensor<T> of_lines = reshape(y, kept);
    return exp(x - where(of_lines == -std::numeric_limits<T>::infinity(), T(0), of_lines));
  }
};
}  // namespace

template <Real T>
Tensor<T> logsumexp(const Tensor<T>& x, const Axes& axes, ReduceOptions options, CallSite site) {
  Inputs in(LogSumExp::traits.name, site, x);
  const Reduction r = reduction(LogSumExp::traits.name, x.shape(), axes, options.keepdims, site);
  Tensor<T> y = in.template output<T>(r.result);
  if (x.size() == 0) {
    std::fill_n(y.mutable_data(), y.size(), -std::numeric_limits<T>::infinity());
  } else {
    const Tape::Pause pause;
    const Tensor<T> own = constant(x), top = amax(own, axes, {.keepdims = true});
    const Tensor<T> shift = where(isfinite(top), top, T(0));
    const Tensor<T> value = log(sum(exp(own - shift), axes, {.keepdims = true})) + shift;
    std::copy_n(value.data(), value.size(), y.mutable_data());
  }
  if (in) in.record(y, LogSumExp{axes, options}, LinesRule<ShareOfSum<T>, T>{{snapshot(x), y, r.kept}, r.kept});
  return y;
}
template <Real T>
Tensor<T> logsumexp(const Tensor<T>& x, CallSite site) {
  return logsumexp(x, {}, {}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SoftmaxOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, CallSite)>(softmax),
      Function<Tensor<T>(X, long, CallSite)>(softmax),
      Function<Tensor<T>(X, CallSite)>(log_softmax),
      Function<Tensor<T>(X, long, CallSite)>(log_softmax),
      Function<Tensor<T>(X, CallSite)>(logsumexp),
      Function<Tensor<T>(X, const Axes&, ReduceOptions, CallSite)>(logsumexp)};
};
template struct SoftmaxOps<float>;
template struct SoftmaxOps<double>;

}  // namespace tapegrad
