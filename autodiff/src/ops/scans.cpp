// Scans along an axis. A linear recurrence is what the derivatives of all of them are.
#include <limits>

#include "engine/trace.h"
#include "kernels/scan.h"
#include "ops/instances.h"
#include "ops/reduction.h"
#include "ops/scans.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// In public ops, so that it may be recorded.
template <Real T>
Tensor<T> neighbours(const Tensor<T>& x, std::size_t axis, bool from_next, double outside) {
  const std::size_t length = x.shape()[axis];
  if (length == 0) return x;
  const Tensor<T> fill = Tensor<T>::full(with_length(x.shape(), axis, 1), static_cast<T>(outside));
  const Tensor<T> rest = slice(x, part_along(x.shape(), axis, {from_next ? 1 : 0, 1, length - 1, false}));
  return from_next ? concatenate({rest, fill}, static_cast<long>(axis))
                   : concatenate({fill, rest}, static_cast<long>(axis));
}
template Tensor<float> neighbours(const Tensor<float>&, std::size_t, bool, double);
template Tensor<double> neighbours(const Tensor<double>&, std::size_t, bool, double);

namespace {

// What all scans know of how they were called.
struct Along {
  std::size_t axis;
  ScanOptions options;
  long place() const { return static_cast<long>(axis); }
  ScanOptions back() const { return {!options.reverse}; }
  // Of each element the one that the scan visited before it, or visits after it.
  template <Real T>
  Tensor<T> before(const Tensor<T>& x, double outside) const {
    return neighbours(x, axis, options.reverse, outside);
  }
  template <Real T>
  Tensor<T> after(const Tensor<T>& x) const {
    return neighbours(x, axis, !options.reverse, 0);
  }
};

// Rule{x, y, along} is what the derivative needs: of snapshots.
template <class Op, class Carry, Real T, class MakeRule>
Tensor<T> scan(const Tensor<T>& x, long axis, ScanOptions options, const CallSite& site, const MakeRule& rule) {
  constexpr std::string_view name = Op::traits.name;
  Inputs in(name, site, x);
  const Along along{axis_of(name, x.shape(), axis, site), options};
  Tensor<T> y = in.template output<T>(x.shape());
  kernels::scan<Carry>(y.mutable_data(), kernels::lines_along(x.shape(), along.axis), options.reverse, x.data());
  if (in) in.record(y, Op{along.place(), options}, rule(y, along));
  return y;
}

}  // namespace

// ---- cumsum: y_i = x_0 + ... + x_i     dx_i = dy_i + dy_(i+1) + ...
namespace {
struct CumSum {
  static constexpr OpTraits traits{
      .name = "cumsum",
      .formula = with_adjoints({"sum of x up to i", "\\sum_{j \\le i} x_j"},
                               {"x", {"sum of g from i on", "\\sum_{j \\ge i} g_j"}})};
  long axis;
  ScanOptions options;
  auto operator()(const auto& x) const { return cumsum(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return cumsum(x[0], b.axis(axis), options); }
};
}  // namespace

template <Real T>
Tensor<T> cumsum(const Tensor<T>& x, long axis, ScanOptions options, CallSite site) {
  return scan<CumSum, kernels::RunningSum<T>>(x, axis, options, site, [](const Tensor<T>&, const Along& along) {
    return adjoint_and_tangent(
        [along](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, cumsum(g, along.place(), along.back())); },
        [along](const Push& push) { return cumsum(push.tangent<T>(0), along.place(), along.options); });
  });
}

// ---- linear_recurrence: y_i = a_i y_(i-1) + b_i     db_i = dy_i + a_(i+1) db_(i+1)     da_i = db_i y_(i-1)
namespace {
struct LinearRecurrence {
  static constexpr OpTraits traits{
      .name = "linear_recurrence",
      .formula = with_adjoints(
          {"y[i] = a[i] * y[i-1] + b[i]", "y_i = a_i y_{i-1} + b_i"},
          {"a", {"(adjoint of b)[i] * y[i-1]", "\\bar b_i \\, y_{i-1}"}},
          {"b", {"g[i] + a[i+1] * (adjoint of b)[i+1]", "\\bar b_i = g_i + a_{i+1} \\bar b_{i+1}"}})};
  long axis;
  ScanOptions options;
  auto operator()(const auto& x) const { return linear_recurrence(x[0], x[1], axis, options); }
  auto batched(const auto& x, const Batch& b) const {
    const auto all = b.whole(x);
    return linear_recurrence(all[0], all[1], b.axis(axis), options);
  }
};

template <Real T>
struct LinearRecurrenceRule {
  Tensor<T> a, y;
  Along along;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> of_b = linear_recurrence(along.after(a), g, along.place(), along.back());
    if (sweep.wants(0)) sweep.add(0, of_b * along.before(y, 0));
    if (sweep.wants(1)) sweep.add(1, of_b);
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> change;
    if (push.has(0)) change = push.tangent<T>(0) * along.before(y, 0);
    if (push.has(1)) change = change ? change + push.tangent<T>(1) : push.tangent<T>(1);
    return linear_recurrence(a, change, along.place(), along.options);
  }
};
}  // namespace

template <Real T>
Tensor<T> linear_recurrence(const Tensor<T>& a, const Tensor<T>& b, long axis, ScanOptions options, CallSite site) {
  constexpr std::string_view name = LinearRecurrence::traits.name;
  if (!a || !b) fail_empty(name, site);
  const Shape shape = broadcast_shape(name, a.shape(), b.shape(), site);
  const Along along{axis_of(name, shape, axis, site), options};
  if (!(a.shape() == shape)) return linear_recurrence(broadcast_to(a, shape, site), b, axis, options, site);
  if (!(b.shape() == shape)) return linear_recurrence(a, broadcast_to(b, shape, site), axis, options, site);
  Inputs in(name, site, a, b);
  Tensor<T> y = in.template output<T>(shape);
  kernels::scan<kernels::Recurrence<T>>(y.mutable_data(), kernels::lines_along(shape, along.axis), options.reverse, a.data(),
                                        b.data());
  if (in) in.record(y, LinearRecurrence{along.place(), options}, LinearRecurrenceRule<T>{snapshot(a), y, along});
  return y;
}

// ---- cumprod: y_i = x_i y_(i-1)     dx_i = y_(i-1) r_i with r_i = dy_i + x_(i+1) r_(i+1)
namespace {
struct CumProd {
  static constexpr OpTraits traits{
      .name = "cumprod",
      .formula = with_adjoints(
          {"product of x up to i", "\\prod_{j \\le i} x_j"},
          {"x", {"sum over j >= i of g[j] * the other factors of y[j]",
                 "\\sum_{j \\ge i} g_j \\prod_{k \\le j, k \\ne i} x_k"}})};
  long axis;
  ScanOptions options;
  auto operator()(const auto& x) const { return cumprod(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return cumprod(x[0], b.axis(axis), options); }
};
template <Real T>
struct CumProdRule {
  Tensor<T> x, y;
  Along along;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    sweep.add(0, along.before(y, 1) * linear_recurrence(along.after(x), g, along.place(), along.back()));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return linear_recurrence(x, along.before(y, 1) * push.tangent<T>(0), along.place(), along.options);
  }
};
}  // namespace

template <Real T>
Tensor<T> cumprod(const Tensor<T>& x, long axis, ScanOptions options, CallSite site) {
  return scan<CumProd, kernels::RunningProduct<T>>(
      x, axis, options, site,
      [&x](const Tensor<T>& y, const Along& along) { return CumProdRule<T>{snapshot(x), y, along}; });
}

// ---- cummax, cummin: an adjoint goes back to the last element that was the extreme, a tangent comes from there
namespace {
struct CumMax {
  static constexpr OpTraits traits{
      .name = "cummax",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"largest of x up to i", "\\max_{j \\le i} x_j"},
                               {"x", {"sum of g where x was the largest", "\\sum g \\text{ where } x_i = y_j"}})};
  long axis;
  ScanOptions options;
  template <Real T>
  static constexpr T worst = -std::numeric_limits<T>::infinity();
  static auto better(const auto& p, const auto& q) { return p > q; }
  auto operator()(const auto& x) const { return cummax(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return cummax(x[0], b.axis(axis), options); }
};
struct CumMin {
  static constexpr OpTraits traits{
      .name = "cummin",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"smallest of x up to i", "\\min_{j \\le i} x_j"},
                               {"x", {"sum of g where x was the smallest", "\\sum g \\text{ where } x_i = y_j"}})};
  long axis;
  ScanOptions options;
  template <Real T>
  static constexpr T worst = std::numeric_limits<T>::infinity();
  static auto better(const auto& p, const auto& q) { return p < q; }
  auto operator()(const auto& x) const { return cummin(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return cummin(x[0], b.axis(axis), options); }
};

// Where x is the extreme, or a NaN, a new run begins; elsewhere the recurrence keeps what it has.
template <Real T>
struct RunsRule {
  Mask begins;
  Tensor<T> goes_on;  // 0 where a run begins, else 1
  Along along;
  Tensor<T> x = {}, y = {};  // while vmap follows: a run begins where x is y
  std::pair<Mask, Tensor<T>> runs() const {
    if (goes_on) return {begins, goes_on};
    const Mask begun = x == y || isnan(x);
    return {begun, cast<T>(!begun)};
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const auto [fresh, kept] = runs();
    sweep.add(0, where(fresh, linear_recurrence(along.after(kept), g, along.place(), along.back()), Tensor<T>(T(0))));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const auto [fresh, kept] = runs();
    const Tensor<T> begun = where(fresh, push.tangent<T>(0), Tensor<T>(T(0)));
    return linear_recurrence(kept, begun, along.place(), along.options);
  }
};

template <class Op, Real T>
Tensor<T> running_extreme(const Tensor<T>& x, long axis, ScanOptions options, const CallSite& site) {
  return scan<Op, kernels::RunningExtreme<T, Op>>(
      x, axis, options, site, [&x](const Tensor<T>& y, const Along& along) {
        if (follows(x.node())) {
          return RunsRule<T>{Mask(Shape()), {}, along, snapshot(x), y};
        }
        const Tape::Pause pause;
        const Tensor<T> own = constant(x);
        const Mask fresh = own == constant(y) || isnan(own);
        return RunsRule<T>{fresh, cast<T>(!fresh), along};
      });
}
}  // namespace

template <Real T>
Tensor<T> cummax(const Tensor<T>& x, long axis, ScanOptions options, CallSite site) {
  return running_extreme<CumMax>(x, axis, options, site);
}
template <Real T>
Tensor<T> cummin(const Tensor<T>& x, long axis, ScanOptions options, CallSite site) {
  return running_extreme<CumMin>(x, axis, options, site);
}

// ---- logcumsumexp: y_i = log(sum of e^x up to i)     dy_i = e^(y_(i-1) - y_i) dy_(i-1) + e^(x_i - y_i) dx_i
namespace {
struct LogCumSumExp {
  static constexpr OpTraits traits{
      .name = "logcumsumexp",
      .formula = with_adjoints(
          {"log of the sum of exp(x) up to i", "\\ln \\sum_{j \\le i} e^{x_j}"},
          {"x", {"sum over j >= i of g[j] * exp(x[i] - y[j])", "\\sum_{j \\ge i} g_j e^{x_i - y_j}"}})};
  long axis;
  ScanOptions options;
  auto operator()(const auto& x) const { return logcumsumexp(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return logcumsumexp(x[0], b.axis(axis), options); }
};
template <Real T>
struct LogCumSumExpRule {
  Tensor<T> x, y;
  Along along;
  static constexpr T nothing = -std::numeric_limits<T>::infinity();
  // No exponent is above 0. Up to where all x are -inf, y is not subtracted, and both are 0.
  Tensor<T> level() const { return where(y == nothing, T(0), y); }
  Tensor<T> share() const { return exp(x - level()); }
  Tensor<T> decay() const { return exp(along.before(y, nothing) - level()); }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    sweep.add(0, share() * linear_recurrence(along.after(decay()), g, along.place(), along.back()));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return linear_recurrence(decay(), share() * push.tangent<T>(0), along.place(), along.options);
  }
};
}  // namespace

template <Real T>
Tensor<T> logcumsumexp(const Tensor<T>& x, long axis, ScanOptions options, CallSite site) {
  return scan<LogCumSumExp, kernels::RunningLogSum<T>>(
      x, axis, options, site,
      [&x](const Tensor<T>& y, const Along& along) { return LogCumSumExpRule<T>{snapshot(x), y, along}; });
}

// ---- of all elements, row-major
template <Real T>
Tensor<T> cumsum(const Tensor<T>& x, CallSite site) {
  return cumsum(reshape(x, -1, site), 0, {}, site);
}
template <Real T>
Tensor<T> cumprod(const Tensor<T>& x, CallSite site) {
  return cumprod(reshape(x, -1, site), 0, {}, site);
}
template <Real T>
Tensor<T> cummax(const Tensor<T>& x, CallSite site) {
  return cummax(reshape(x, -1, site), 0, {}, site);
}
template <Real T>
Tensor<T> cummin(const Tensor<T>& x, CallSite site) {
  return cummin(reshape(x, -1, site), 0, {}, site);
}
template <Real T>
Tensor<T> logcumsumexp(const Tensor<T>& x, CallSite site) {
  return logcumsumexp(reshape(x, -1, site), 0, {}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ScanOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, CallSite)>(cumsum),
      Function<Tensor<T>(X, long, ScanOptions, CallSite)>(cumsum),
      Function<Tensor<T>(X, CallSite)>(cumprod),
      Function<Tensor<T>(X, long, ScanOptions, CallSite)>(cumprod),
      Function<Tensor<T>(X, CallSite)>(cummax),
      Function<Tensor<T>(X, long, ScanOptions, CallSite)>(cummax),
      Function<Tensor<T>(X, CallSite)>(cummin),
      Function<Tensor<T>(X, long, ScanOptions, CallSite)>(cummin),
      Function<Tensor<T>(X, CallSite)>(logcumsumexp),
      Function<Tensor<T>(X, long, ScanOptions, CallSite)>(logcumsumexp),
      Function<Tensor<T>(X, X, long, ScanOptions, CallSite)>(linear_recurrence)};
};
template struct ScanOps<float>;
template struct ScanOps<double>;

}  // namespace tapegrad
