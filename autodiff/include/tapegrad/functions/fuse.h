// fuse(f, tensors...): your own elementwise op from one lambda, value and all derivatives in one pass.
// Compiled in your file, with your flags; not part of autodiff.h, since xsimd costs a second of compile time.
#pragma once
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "tapegrad/functions/error_function.h"
#include "tapegrad/functions/functions.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/engine/loops/sums.h"
#include "tapegrad/ops.h"
#include "tapegrad/tensor/located.h"

namespace tapegrad {
namespace fusion {

/// What becomes of the elements of a fused op: they are kept, or reduced to one number.
enum class Result { elements, sum, mean };

/// The arrays of one call. A partial that nobody asks for is null.
template <class T, std::size_t N>
struct Arrays {
  Shape shape;
  std::array<const T*, N> inputs;
  T* value;                   // null when only the sum is wanted
  std::array<T*, N> partial;  // factor * df/dx
  T factor;
};

/// f at a run of elements, from element `at` of the result on; adds the values to `totals` where it `sums`.
/// Element i of an input is at from[i & step]: step has all bits set, or none for one number that stands for all
/// elements. The only place that calls f with registers, so that g++ inlines f here whatever its size: values and
/// partials then stay in registers.
template <std::size_t Directions, bool sums, class T, std::size_t N, class F>
void run_span(const F& f, const Arrays<T, N>& arrays, std::array<const T*, N> from,
              const std::array<std::size_t, N>& step, std::size_t at, std::size_t length,
              kernels::Totals<Lanes<T>>& totals) {
  using D = Dual<Lanes<T>, Directions>;
  constexpr std::size_t width = Lanes<T>::count;
  const Arrays<T, N> to = arrays;  // a copy of our own: nothing that is stored can change it
  const Lanes<T> factor(to.factor);
  auto value = [&](std::size_t i) __attribute__((always_inline)) {  // clang takes [[...]] here as the type's
    const D y = [&]<std::size_t... k>(std::index_sequence<k...>) {
      return D(f(D::template input<k>(Lanes<T>::load(from[k] + (i & step[k])))...));
    }(std::make_index_sequence<N>());
    const std::size_t left = length - i;
    auto store = [&]<std::size_t... k>(std::index_sequence<k...>, auto write) {
      if (to.value) write(y.value, to.value + at + i);
      ((to.partial[k] ? write(y.template along<k>() * factor, to.partial[k] + at + i) : void()), ...);
    };
    constexpr auto directions = std::make_index_sequence<Directions>();
    if (left >= width) {
      store(directions, [](const Lanes<T>& lanes, T* place) { lanes.store(place); });
      return y.value;
    }
    store(directions, [left](const Lanes<T>& lanes, T* place) { lanes.store_part(place, left); });
    return y.value.first(left);
  };
  if constexpr (sums) {
    kernels::add_registers(totals, length, value);
  } else {
    for (std::size_t i = 0; i < length; i += width) value(i);
  }
}

/// f at all elements; returns the sum of the values where it `sums`. Directions: N with partials, 0 without.
/// `walk`: over arrays that broadcast, null where all are of one shape.
template <std::size_t Directions, bool sums, class T, std::size_t N, class F>
kernels::Total run(const F& f, const Arrays<T, N>& arrays, const kernels::Walk<N + 1>* walk) {
  using Totals = kernels::Totals<Lanes<T>>;
  auto span = [&](const std::array<std::ptrdiff_t, N + 1>& at, std::size_t length, Totals& totals) {
    std::array<const T*, N> from;
    std::array<std::size_t, N> step;
    alignas(64) T repeated[N][Lanes<T>::count];
    for (std::size_t k = 0; k < N; ++k) {
      from[k] = arrays.inputs[k] + at[k + 1];
      step[k] = !walk || walk->step(k + 1) != 0 ? ~std::size_t(0) : 0;
      if (step[k]) continue;
      std::fill_n(repeated[k], Lanes<T>::count, *from[k]);
      from[k] = repeated[k];
    }
    run_span<Directions, sums>(f, arrays, from, step, std::size_t(at[0]), length, totals);
  };
  return kernels::sum_of_chunks(arrays.shape.size(), [&](std::size_t begin, std::size_t end) {
    Totals totals;
    if (walk) {
      walk->rows(begin, end, [&](const auto& at, std::size_t length) { span(at, length, totals); });
    } else {
      std::array<std::ptrdiff_t, N + 1> at;
      at.fill(std::ptrdiff_t(begin));
      span(at, end - begin, totals);
    }
    return sums ? totals.total() : kernels::Total();
  });
}

/// f at all elements of inputs x, of whose shapes the arrays are.
template <std::size_t Directions, bool sums, class T, std::size_t N, class F, class... X>
kernels::Total run_all(const F& f, const Arrays<T, N>& arrays, const X&... x) {
  std::optional<kernels::Walk<N + 1>> walk;
  if (!((x.shape() == arrays.shape) && ...)) {
    walk.emplace(arrays.shape, std::array{kernels::strides_of(arrays.shape),
                                          kernels::broadcast_strides(x.shape(), arrays.shape)...});
  }
  return run<Directions, sums>(f, arrays, walk ? &*walk : nullptr);
}

/// f as a function of whole tensors, for a recorded backward and for replays.
template <Real T, std::size_t N, class F>
Tensor<T> composed(Result result, const F& f, const std::vector<Tensor<T>>& x) {
  const Tensor<T> y = [&]<std::size_t... k>(std::index_sequence<k...>) {
    return Tensor<T>(f(x[k]...));
  }(std::make_index_sequence<N>());
  Shape shape = y.shape();
  for (const Tensor<T>& input : x) shape = broadcast_shape("fuse", shape, input.shape(), CallSite{});
  const Tensor<T> whole = broadcast_to(y, shape);
  return result == Result::elements ? whole : result == Result::sum ? sum(whole) : mean(whole);
}

/// A fused op as it stands on the tape, named as Op is.
template <class Op, class F, std::size_t N>
struct FusedOp {
  static constexpr const engine::OpTraits& traits = Op::traits;
  Result result;
  F f;
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>& x) const {
    return composed<T, N>(result, f, x);
  }
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& x, const engine::Batch& b) const {
    Shape of_one;
    for (const Shape& shape : b.shapes) of_one = broadcast_shape("fuse", of_one, shape, CallSite{});
    const Tensor<T> y = broadcast_to(composed<T, N>(Result::elements, f, b.aligned(x)), b + of_one);
    if (result == Result::elements) return y;
    return b.reduced(y, {}, ReduceOptions{}, [this](const auto&... all) {
      return result == Result::sum ? sum(all...) : mean(all...);
    });
  }
};

/// A plain sweep multiplies by the partials; what is recorded calls the function on tensors.
template <Real T, std::size_t N, class F>
struct FusedRule {
  Result result;
  F f;
  std::array<Tensor<T>, N> partial, x;
  std::vector<Tensor<T>> inputs() const { return {x.begin(), x.end()}; }
  auto on_tensors() const {
    return [this](const std::vector<Tensor<T>>& tensors) { return composed<T, N>(result, f, tensors); };
  }
  void operator()(engine::Sweep& sweep, const Tensor<T>& g) {
    if (sweep.recording) return engine::add_pullback(sweep, on_tensors(), inputs(), g);
    for (std::size_t k = 0; k < N; ++k) {
      if (!sweep.wants(k)) continue;
      Tensor<T> own = sweep.consume ? std::move(partial[k]) : partial[k];
      if (result == Result::elements) sweep.add(k, times(std::move(own), g, sweep.masked));
      else sweep.add(k, g.item() == 1 ? std::move(own) : std::move(own) * g.item());
    }
  }
  /// The partial times an adjoint or a tangent: 0 where a mask put a 0 into that, whatever the partial is.
  static Tensor<T> times(Tensor<T> own, const Tensor<T>& direction, bool masked) {
    Tensor<T> product = std::move(own) * direction;
    return masked ? engine::stopped(std::move(product), direction, false) : product;
  }
  template <Real>
  Tensor<T> tangent(const engine::Push& push) const {
    if (push.recording) return engine::pushed_through(push, on_tensors(), inputs());
    Tensor<T> total;
    for (std::size_t k = 0; k < N; ++k) {
      if (!push.has(k)) continue;
      const Tensor<T> part = times(partial[k], push.tangent<T>(k), push.masked);
      total = total ? total + part : part;
    }
    return result == Result::elements ? total : sum(total);
  }
};

template <class Op, Result result, class F, Real T, std::derived_from<Tensor<T>>... X>
Tensor<T> fused(const F& f, const CallSite& site, const Tensor<T>& first, const X&... rest) {
  constexpr std::string_view name = Op::traits.name;
  constexpr std::size_t n = 1 + sizeof...(X);
  using D = Dual<Lanes<T>, n>;
  constexpr bool takes_all = std::is_invocable_v<const F&, D, std::enable_if_t<(sizeof(X) > 0), D>...>;
  static_assert(takes_all, "fuse: the function must take one argument for each tensor");
  if constexpr (takes_all) {
    static_assert(std::is_convertible_v<std::invoke_result_t<const F&, D, std::enable_if_t<(sizeof(X) > 0), D>...>, D>,
                  "fuse: the function must return a number made from its arguments, not a comparison or nothing");
  }
  engine::Inputs in(name, site, first, rest...);
  Arrays<T, n> arrays{first.shape(), {first.data(), rest.data()...}, nullptr, {}, T(1)};
  ((arrays.shape = broadcast_shape(name, arrays.shape, rest.shape(), site)), ...);
  const std::size_t size = arrays.shape.size();
  if constexpr (result == Result::mean) {
    if (size == 0) throw ShapeError(std::string(name) + ": the mean of no elements does not exist" + text(site));
    arrays.factor = T(1) / static_cast<T>(size);
  }
  Tensor<T> y = in.template output<T>(result == Result::elements ? arrays.shape : Shape());
  if constexpr (result == Result::elements) arrays.value = y.mutable_data();
  std::array<Tensor<T>, n> partial;
  for (std::size_t k = 0; in && k < n; ++k) {
    if (!in[k]) continue;
    partial[k] = in.template output<T>(arrays.shape);
    arrays.partial[k] = partial[k].mutable_data();
  }
  constexpr bool sums = result != Result::elements;
  const double total = (in ? run_all<n, sums>(f, arrays, first, rest...)
                           : run_all<0, sums>(f, arrays, first, rest...)).value();
  if constexpr (result == Result::sum) *y.mutable_data() = static_cast<T>(total);
  else if constexpr (result == Result::mean) *y.mutable_data() = static_cast<T>(total / static_cast<double>(size));
  if (!in) return y;
  FusedRule<T, n, F> rule{result, f, std::move(partial), {engine::snapshot(first), engine::snapshot(rest)...}};
  in.record(y, FusedOp<Op, F, n>{result, f}, std::move(rule));
  return y;
}

struct Fuse {
  static constexpr engine::OpTraits traits{
      .name = "fuse",
      .depends = engine::Depends::by_element,
      .formula = with_slopes({"f of the inputs", "f \\text{ of the inputs}"},
                             {"x", {"the partial of f", "\\partial f"}})};
};
struct FuseSum {
  static constexpr engine::OpTraits traits{
      .name = "fuse_sum",
      .formula = with_adjoints({"sum of f of the inputs", "\\sum f"},
                               {"x", {"g * the partial of f", "g \\, \\partial f"}})};
};

}  // namespace fusion

/// y = f(x...) element by element, the tensors broadcast, as one entry on the tape. f is a generic lambda of as many
/// arguments as there are tensors: it may use + - * /, every elementwise function of ops.h, pow, maximum, minimum,
/// clip, where(a > b, c, d), and plain numbers, its own captured ones too; it must not depend on anything that
/// changes. A recorded backward calls it with tensors, so derivatives of any order exist.
/// Throws ShapeError when shapes do not broadcast.
template <class F, Real T>
Tensor<T> fuse(const F& f, const Tensor<T>& x, CallSite site = CallSite::current()) {
  return fusion::fused<fusion::Fuse, fusion::Result::elements>(f, site, x);
}
template <class F, Real T, std::derived_from<Tensor<T>>... X>
Tensor<T> fuse(const F& f, const std::type_identity_t<engine::Located<T>>& first, const Tensor<T>& second,
               const X&... rest) {
  return fusion::fused<fusion::Fuse, fusion::Result::elements>(f, first.site, first.tensor, second, rest...);
}

/// sum(fuse(f, x...)), as one entry on the tape and without the array of the elements: a 0-d tensor.
template <class F, Real T>
Tensor<T> fuse_sum(const F& f, const Tensor<T>& x, CallSite site = CallSite::current()) {
  return fusion::fused<fusion::FuseSum, fusion::Result::sum>(f, site, x);
}
template <class F, Real T, std::derived_from<Tensor<T>>... X>
Tensor<T> fuse_sum(const F& f, const std::type_identity_t<engine::Located<T>>& first, const Tensor<T>& second,
                   const X&... rest) {
  return fusion::fused<fusion::FuseSum, fusion::Result::sum>(f, first.site, first.tensor, second, rest...);
}

}  // namespace tapegrad
