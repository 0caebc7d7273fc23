// Ops that choose between elements: extremes, masks, limits, comparisons.
#include <cmath>

#include "engine/trace.h"
#include "ops/arithmetic.h"
#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// The part of the adjoint that goes to a: 1 where it was taken, 0 where b was, 1/2 at ties. A constant.
template <class Op, Real T>
Tensor<T> share_of(const Tensor<T>& a, const Tensor<T>& b, const Shape& shape) {
  if (context().trace && (follows(a.node()) || follows(b.node()))) {
    const auto number = [](T n) { return Tensor<T>(n); };
    return where(Op::beats(a, b), number(1), where(Op::beats(b, a), number(0), number(T(0.5))));
  }
  Tensor<T> share = Tensor<T>::empty(shape);
  map_pair(share, a, b, [](const Lanes<T>& p, const Lanes<T>& q) {
    return where(Op::beats(p, q), T(1), where(Op::beats(q, p), T(0), T(0.5)));
  });
  return share;
}

// g share in a rule, and 0 where the share is: nothing of an adjoint or tangent goes to what was not taken, not even of
// an infinity or a NaN. The share is a constant.
template <Real T>
Tensor<T> to_taken(const Sweep& sweep, Tensor<T> g, const Tensor<T>& share) {
  if (sweep.recording) return stopped(std::move(g) * share, share, true);
  return map_adjoint(std::move(g), share, [](const Lanes<T>& p, const Lanes<T>& s) {
    return where(s == Lanes<T>(0), Lanes<T>(0), p * s);
  });
}

// Op::beats(p, q): whether p is taken and not q.
template <class Op, Real T>
Tensor<T> extreme(const Tensor<T>& a, const Tensor<T>& b, const CallSite& site) {
  Inputs in(Op::traits.name, site, a, b);
  Tensor<T> y = in.template output<T>(broadcast_shape(Op::traits.name, a.shape(), b.shape(), site));
  map_pair(y, a, b, [](const Lanes<T>& p, const Lanes<T>& q) {
    return where(q == q, where(Op::beats(q, p), q, p), q);  // a NaN of either one stays
  });
  if (in) {
    const Tensor<T> share = share_of<Op>(snapshot(a), snapshot(b), y.shape());
    in.record(y, Op{}, pointwise_minding_zeros([of_a = share](Sweep& sweep, const Tensor<T>& g) {
                if (sweep.wants(0)) sweep.add(0, to_taken(sweep, g, of_a));
                if (sweep.wants(1)) sweep.add(1, to_taken(sweep, g, 1 - of_a));
              }));
  }
  return y;
}

// y[i] = mask[i] ? a[i] : b[i], all broadcast to y's shape.
template <Real T>
void choose(Tensor<T>& y, const Mask& mask, const Tensor<T>& a, const Tensor<T>& b) {
  const Shape& shape = y.shape();
  const kernels::Walk<4> walk(
      shape, {kernels::strides_of(shape), kernels::broadcast_strides(mask.shape(), shape),
              kernels::broadcast_strides(a.shape(), shape), kernels::broadcast_strides(b.shape(), shape)});
  const std::ptrdiff_t dm = walk.step(1), da = walk.step(2), db = walk.step(3);
  walk.all_rows([&, result = y.mutable_data()](const auto& at, std::size_t length) {
    T* to = result + at[0];
    const bool* bit = mask.data() + at[1];
    const T *p = a.data() + at[2], *q = b.data() + at[3];
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(length); ++i) to[i] = bit[i * dm] ? p[i * da] : q[i * db];
  });
}

// holds(p, q): what is asked of each pair.
template <class Op, Real T, class F>
Mask mask_of(const Tensor<T>& a, const Tensor<T>& b, const CallSite& site, const F& holds) {
  if (!a || !b) fail_empty(Op::traits.name, site);
  const Shape shape = broadcast_shape(Op::traits.name, a.shape(), b.shape(), site);
  Tensor<T> bits = Tensor<T>::empty(shape, Op::traits.name, site);
  if (!context().trace) record_read<Op>(shape, site, a.node(), b.node());
  map_pair(bits, a, b, [&holds](const Lanes<T>& p, const Lanes<T>& q) {
    return where(holds(p, q), Lanes<T>(1), Lanes<T>(0));
  });
  Mask mask(bits.shape());
  kernels::parallel(bits.size(), [from = bits.data(), to = mask.mutable_data()](std::size_t begin, std::size_t end) {
    std::transform(from + begin, from + end, to + begin, [](T bit) { return bit != 0; });
  });
  note_mask(mask, Op::traits, site, {a.node(), b.node()}, {}, [holds](const auto& x, const auto&) {
    return mask_of<Op>(std::get<Tensor<T>>(x[0]), std::get<Tensor<T>>(x[1]), CallSite{}, holds);
  });
  return mask;
}
template <class Op, Real T>
Mask compare(const Tensor<T>& a, const Tensor<T>& b, const CallSite& site) {
  return mask_of<Op>(a, b, site, [](const Lanes<T>& p, const Lanes<T>& q) { return Op::holds(p, q); });
}
// Op::holds(x): what is asked of each element.
template <class Op, Real T>
Mask ask(const Tensor<T>& x, const CallSite& site) {
  if (!x) fail_empty(Op::traits.name, site);
  if (!context().trace) record_read<Op>(x.shape(), site, x.node());
  Mask mask(x.shape());
  std::transform(x.data(), x.data() + x.size(), mask.mutable_data(), [](T number) { return Op::holds(number); });
  note_mask(mask, Op::traits, site, {x.node()}, {}, [](const auto& again, const auto&) {
    return ask<Op>(std::get<Tensor<T>>(again[0]), CallSite{});
  });
  return mask;
}

// ---- maximum, minimum: the adjoint goes to the one that was taken, half to each at a tie
struct Maximum {
  static constexpr OpTraits traits{
      .name = "maximum",
      .depends = Depends::by_element,
      .vanishes = Vanishes::not_chosen,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_slopes({"max(a, b)", "\\max(a, b)"}, {"a", {"step(a - b)", "[a > b]"}},
                             {"b", {"step(b - a)", "[b > a]"}})};
  static auto beats(const auto& p, const auto& q) { return p > q; }
  auto operator()(const auto& x) const { return maximum(x[0], x[1]); }
};
struct Minimum {
  static constexpr OpTraits traits{
      .name = "minimum",
      .depends = Depends::by_element,
      .vanishes = Vanishes::not_chosen,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_slopes({"min(a, b)", "\\min(a, b)"}, {"a", {"step(b - a)", "[a < b]"}},
                             {"b", {"step(a - b)", "[b < a]"}})};
  static auto beats(const auto& p, const auto& q) { return p < q; }
  auto operator()(const auto& x) const { return minimum(x[0], x[1]); }
};

}  // namespace

template <Real T>
Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return extreme<Maximum>(a, b, site);
}
template <Real T>
Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return extreme<Minimum>(a, b, site);
}

// ---- where: y = a if mask else b     da = dy if mask else 0     db = 0 if mask else dy
namespace {
struct Where {
  static constexpr OpTraits traits{
      .name = "where",
      .depends = Depends::by_element,
      .vanishes = Vanishes::not_chosen,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_slopes({"a where chosen, else b", "a \\text{ where chosen, else } b"},
                             {"a", {"1 where chosen, else 0", "1 \\text{ where chosen, else } 0"}},
                             {"b", {"0 where chosen, else 1", "0 \\text{ where chosen, else } 1"}})};
  Mask mask;
  auto operator()(const auto& x) const { return where(mask, x[0], x[1]); }
};
}  // namespace

template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  Inputs in(Where::traits.name, site, a, b);
  const Shape either = broadcast_shape(Where::traits.name, a.shape(), b.shape(), site);
  Tensor<T> y = in.template output<T>(broadcast_shape(Where::traits.name, mask.shape(), either, site));
  choose(y, mask, a, b);
  if (in || (context().recording && follows(mask))) {
    in.record(y, Where{mask}, pointwise_minding_zeros([mask](Sweep& sweep, const Tensor<T>& g) {
                const Tensor<T> zero(T(0));
                if (sweep.wants(0)) sweep.add(0, where(mask, g, zero));
                if (sweep.wants(1)) sweep.add(1, where(mask, zero, g));
              }));
  }
  return y;
}

// ---- clip: y = min(max(x, low), high)     dx = dy where low <= x <= high
namespace {
struct Clip {
  static constexpr OpTraits traits{
      .name = "clip",
      .depends = Depends::by_element,
      .vanishes = Vanishes::outside_limits,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_slopes({"min(max(x, low), high)", "\\min(\\max(x, \\text{low}), \\text{high})"},
                             {"x", {"1 inside the limits, else 0", "1 \\text{ inside the limits, else } 0"}})};
  double low, high;
  auto operator()(const auto& x) const { return clip(x[0], low, high); }
};
}  // namespace

template <Real T>
Tensor<T> clip(const Tensor<T>& x, double low, double high, CallSite site) {
  if (!(low <= high)) {
    throw DomainError("clip: low " + std::to_string(low) + " is above high " + std::to_string(high) + text(site));
  }
  Inputs in(Clip::traits.name, site, x);
  Tensor<T> y = in.template output<T>(x.shape());
  const Lanes<T> bottom{T(low)}, top{T(high)};
  kernels::map(y.mutable_data(), y.size(), [=](const Lanes<T>& v) {
    return where(v < bottom, bottom, where(v > top, top, v));
  }, x.data());
  if (in) {
    Tensor<T> inside;
    if (follows(x.node())) {
      inside = cast<T>(x >= Tensor<T>(T(low)) && x <= Tensor<T>(T(high)));
    } else {
      inside = Tensor<T>::empty(x.shape());
      kernels::map(inside.mutable_data(), x.size(), [=](const Lanes<T>& v) {
        return where(v >= bottom, where(v <= top, T(1), T(0)), T(0));
      }, x.data());
    }
    in.record(y, Clip{low, high},
              pointwise_minding_zeros([inside](Sweep& sweep, Tensor<T> g) {
                sweep.add(0, to_taken(sweep, std::move(g), inside));
              }));
  }
  return y;
}

// ---- stop_gradient: y = x, and nothing on the tape but a read
namespace {
struct StopGradient {
  static constexpr OpTraits traits{.name = "stop_gradient", .depends = Depends::by_element};
  auto operator()(const auto& x) const { return stop_gradient(x[0]); }
};
}  // namespace

template <Real T>
Tensor<T> stop_gradient(const Tensor<T>& x, CallSite site) {
  const Inputs in(StopGradient::traits.name, site, x);
  if (context().trace && follows(x.node())) return followed_constant<StopGradient>(x, site);
  record_read<StopGradient>(x.shape(), site, x.node());
  return Tensor<T>(allocate_view(x.node(), x.shape(), 0));
}

// ---- comparisons and questions: masks, no gradient
namespace {
struct Greater {
  static constexpr OpTraits traits{.name = "greater", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p > q; }
};
struct Less {
  static constexpr OpTraits traits{.name = "less", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p < q; }
};
struct GreaterEqual {
  static constexpr OpTraits traits{.name = "greater_equal", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p >= q; }
};
struct LessEqual {
  static constexpr OpTraits traits{.name = "less_equal", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p <= q; }
};
struct Equal {
  static constexpr OpTraits traits{.name = "equal", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p == q; }
};
struct NotEqual {
  static constexpr OpTraits traits{.name = "not_equal", .no_derivative = "a comparison has no derivative"};
  static auto holds(const auto& p, const auto& q) { return p != q; }
};
struct IsNan {
  static constexpr OpTraits traits{.name = "isnan", .no_derivative = "a yes or no has no derivative"};
  static bool holds(auto x) { return std::isnan(x); }
};
struct IsInf {
  static constexpr OpTraits traits{.name = "isinf", .no_derivative = "a yes or no has no derivative"};
  static bool holds(auto x) { return std::isinf(x); }
};
struct IsFinite {
  static constexpr OpTraits traits{.name = "isfinite", .no_derivative = "a yes or no has no derivative"};
  static bool holds(auto x) { return std::isfinite(x); }
};
}  // namespace

template <Real T>
Mask greater(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<Greater>(a, b, site);
}
template <Real T>
Mask less(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<Less>(a, b, site);
}
template <Real T>
Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<GreaterEqual>(a, b, site);
}
template <Real T>
Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<LessEqual>(a, b, site);
}
template <Real T>
Mask equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<Equal>(a, b, site);
}
template <Real T>
Mask not_equal(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return compare<NotEqual>(a, b, site);
}
template <Real T>
Mask isnan(const Tensor<T>& x, CallSite site) {
  return ask<IsNan>(x, site);
}
template <Real T>
Mask isinf(const Tensor<T>& x, CallSite site) {
  return ask<IsInf>(x, site);
}
template <Real T>
Mask isfinite(const Tensor<T>& x, CallSite site) {
  return ask<IsFinite>(x, site);
}

// ---- allclose: whether |a - b| <= atol + rtol |b| everywhere
namespace {
struct AllClose {
  static constexpr OpTraits traits{.name = "allclose", .no_derivative = "a yes or no has no derivative"};
  double rtol, atol;
  // Equal infinities are close; where one is infinite the bound must not be.
  template <Real T>
  auto operator()(const Lanes<T>& p, const Lanes<T>& q) const {
    return p == q || (isfinite(q) && abs(p - q) <= Lanes<T>(T(atol)) + Lanes<T>(T(rtol)) * abs(q));
  }
};
}  // namespace

template <Real T>
bool allclose(const Tensor<T>& a, const Tensor<T>& b, double rtol, double atol, CallSite site) {
  return all(mask_of<AllClose>(a, b, site, AllClose{rtol, atol}));
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ComparisonOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, CallSite)>(maximum),
      Function<Tensor<T>(X, X, CallSite)>(minimum),
      Function<Tensor<T>(const Mask&, X, X, CallSite)>(where),
      Function<Tensor<T>(X, double, double, CallSite)>(clip),
      Function<Tensor<T>(X, CallSite)>(stop_gradient),
      Function<Mask(X, X, CallSite)>(greater),
      Function<Mask(X, X, CallSite)>(less),
      Function<Mask(X, X, CallSite)>(greater_equal),
      Function<Mask(X, X, CallSite)>(less_equal),
      Function<Mask(X, X, CallSite)>(equal),
      Function<Mask(X, X, CallSite)>(not_equal),
      Function<Mask(X, CallSite)>(isnan),
      Function<Mask(X, CallSite)>(isinf),
      Function<Mask(X, CallSite)>(isfinite),
      Function<bool(X, X, double, double, CallSite)>(allclose)};
};
template struct ComparisonOps<float>;
template struct ComparisonOps<double>;

}  // namespace tapegrad
