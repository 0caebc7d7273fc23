// custom_op(name, forward, backward): an op of your own on xtensor arrays, or in ops, with saved values.
#pragma once
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/engine/custom/rule.h"

namespace tapegrad {

/// What forward returns when backward reads more than the gradient: `return with_saved(y, x, 3);` calls
/// backward(g, x, 3). xtensor expressions are evaluated here, so that they may refer to local variables; arrays of
/// float and double become tensors, those of integers and bool xt::xarrays; an input is shared, not copied; anything
/// else is copied. The tape holds what is saved until a sweep consumes it.
template <class Y, class... S>
auto with_saved(Y&& result, S&&... saved) {
  using All = std::tuple<decltype(custom::stored(std::forward<S>(saved)))...>;
  return custom::WithSaved<decltype(custom::stored(std::forward<Y>(result))), All>{
      custom::stored(std::forward<Y>(result)), All(custom::stored(std::forward<S>(saved))...)};
}

/// An op made by custom_op. Copies share the functions.
template <class Forward, class Backward, class Tangent>
class CustomOp {
 public:
  CustomOp(std::string_view name, Forward forward, Backward backward, Tangent tangent)
      : functions_(new Functions{custom::interned(name), std::move(forward), std::move(backward), std::move(tangent)}) {
  }

  /// y = forward(x...), one entry on the tape. All tensors are of one element type. From five tensors on, errors do not
  /// carry your line.
  template <Real T>
    requires custom::Takes<Forward, T, 1>
  Tensor<T> operator()(const Tensor<T>& a, CallSite site = CallSite::current()) const {
    return call(site, a);
  }
  template <Real T>
    requires custom::Takes<Forward, T, 2>
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current()) const {
    return call(site, a, b);
  }
  template <Real T>
    requires custom::Takes<Forward, T, 3>
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& c,
                       CallSite site = CallSite::current()) const {
    return call(site, a, b, c);
  }
  template <Real T>
    requires custom::Takes<Forward, T, 4>
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& c, const Tensor<T>& d,
                       CallSite site = CallSite::current()) const {
    return call(site, a, b, c, d);
  }
  template <Real T, std::derived_from<Tensor<T>>... X>
    requires(sizeof...(X) >= 4 && custom::Takes<Forward, T, 1 + sizeof...(X)>)
  Tensor<T> operator()(const Tensor<T>& first, const X&... rest) const {
    return call(CallSite{}, first, rest...);
  }
  template <Real T, std::derived_from<Tensor<T>>... X>
    requires(!custom::Takes<Forward, T, 1 + sizeof...(X)>)
  void operator()(const Tensor<T>&, const X&...) const = delete;  // forward takes another number or type of tensors

 private:
  using Functions = custom::Functions<Forward, Backward, Tangent>;

  template <Real T, class... X>
  Tensor<T> call(const CallSite& site, const Tensor<T>& first, const X&... rest) const {
    constexpr std::size_t n = 1 + sizeof...(X);
    engine::Inputs in(functions_->name, site, first, rest...);
    const std::array<Tensor<T>, n> inputs{engine::snapshot(first), engine::snapshot(rest)...},
                                       given = custom::given(inputs);
    auto [value, saved] =
        std::apply([&](const auto&... x) { return custom::run_forward<T>(*functions_, site, x...); }, given);
    if (!value) custom::fail_empty_result(functions_->name, site);
    const Tensor<T> y = in.template view_of<T>(engine::snapshot(value), value.shape(), 0);
    if (!in) return y;
    custom::Rule<Functions, T, n, decltype(saved)> rule{functions_, std::move(saved), {first.shape(), rest.shape()...}};
    rule.place_saved(given, inputs, value, y);
    const engine::Kind& kind = custom::kind_named(functions_->name, engine::kind_of<decltype(rule), T>);
    in.record_as(kind, y, std::move(rule), [op = *this, site](const auto& inputs) {
      return op.again(inputs, site, std::make_index_sequence<n>());
    });
    return y;
  }

  template <Real U, std::size_t... i>
  Tensor<U> again(const std::vector<Tensor<U>>& inputs, const CallSite& site, std::index_sequence<i...>) const {
    if constexpr (custom::serves<Functions, U>(std::index_sequence<i...>())) return call<U>(site, inputs[i]...);
    else custom::fail_replay(functions_->name, engine::dtype_of<U>, site);
  }

  std::shared_ptr<const Functions> functions_;
};

/// An op of your own, for what neither composing ops nor `fuse` gives: a derivative that is known better than the tape
/// would find it, or a loop over elements. `auto cube = custom_op("cube", forward, backward); y = cube(x);`
///
/// * forward(x...) gets one argument for each tensor of the call and returns an xtensor expression, a number or a
///   Tensor; or with_saved(that, saved...).
/// * backward(g, saved...) gets the gradient of the result. It returns the gradient of the input, an xtensor
///   expression, a number or a Tensor of the input's shape; for several inputs a std::tuple of them, or a
///   std::vector of Tensors. An empty Tensor or std::nullopt stands for no gradient, returning nothing for none
///   at all.
/// * tangent(dx..., saved...), which may be left out, returns the derivative of the result along the dx, for forward
///   mode.
///
/// The type of a function's parameters says what it gets. `const auto&` (or Array<double>) gets arrays: const xtensor
/// expressions. `const Tensor<double>&`, or `const Tensor<T>&` in a []<class T>(...) lambda, gets tensors. A generic
/// function serves float and double. In forward nothing is recorded: the op is one entry of the tape, under its name.
/// What the lambdas capture counts as constant.
///
/// A backward on tensors, written in ops of tapegrad, is recorded by create_graph and so has derivatives of any order;
/// what it reads must then be saved inputs or the saved result, since only these have a place on the tape, or integers.
/// A backward on arrays serves plain sweeps, and under create_graph throws TapeError.
///
/// An expression that refers to local variables of the lambda must be evaluated before it is returned, as anywhere in
/// xtensor: `return Tensor(...);`, or with_saved, which does it.
/// Throws Error for an empty name; in a sweep ShapeError when a gradient has not its input's shape, Error when their
/// number is wrong, with the line of the call.
template <class Forward, class Backward>
auto custom_op(std::string_view name, Forward forward, Backward backward) {
  return CustomOp<Forward, Backward, std::nullopt_t>(name, std::move(forward), std::move(backward), std::nullopt);
}
template <class Forward, class Backward, class Tangent>
auto custom_op(std::string_view name, Forward forward, Backward backward, Tangent tangent) {
  return CustomOp<Forward, Backward, Tangent>(name, std::move(forward), std::move(backward), std::move(tangent));
}

}  // namespace tapegrad
