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
#include "tapegrad/engine/named_kind.h"
#include "tapegrad/tensor/located.h"

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

/// What is known of a custom op besides its functions.
struct CustomOpOptions {
  /// Element i of the result depends on element i of each input only, after broadcasting: `why` and `explain` then
  /// speak of single elements. A recorded call whose result has another shape is a ShapeError.
  bool by_element = false;
};

/// An op made by custom_op. Copies share the functions.
template <class Forward, class Backward, class Tangent>
class CustomOp {
 public:
  CustomOp(std::string_view name, Forward forward, Backward backward, Tangent tangent, const CustomOpOptions& options)
      : functions_(new Functions{custom::described(name, options.by_element), std::move(forward), std::move(backward),
                                 std::move(tangent)}) {}

  /// y = forward(x...), one entry on the tape. All tensors are of one element type.
  template <Real T>
    requires custom::Takes<Forward, T, 1>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return call(site, x);
  }
  template <Real T, std::derived_from<Tensor<T>>... X>
    requires custom::Takes<Forward, T, 2 + sizeof...(X)>
  Tensor<T> operator()(const std::type_identity_t<engine::Located<T>>& first, const Tensor<T>& second,
                       const X&... rest) const {
    return call(first.site, first.tensor, second, rest...);
  }
  template <Real T, std::derived_from<Tensor<T>>... X>
    requires(!custom::Takes<Forward, T, 1 + sizeof...(X)>)
  void operator()(const Tensor<T>&, const X&...) const = delete;  // forward takes another number or type of tensors

 private:
  using Functions = custom::Functions<Forward, Backward, Tangent>;

  template <Real T, class... X>
  Tensor<T> call(const CallSite& site, const Tensor<T>& first, const X&... rest) const {
    constexpr std::size_t n = 1 + sizeof...(X);
    engine::Inputs in(functions_->traits.name, site, first, rest...);
    const std::array<Tensor<T>, n> inputs{engine::snapshot(first), engine::snapshot(rest)...},
                                       given = custom::given(inputs);
    auto [value, saved] =
        std::apply([&](const auto&... x) { return custom::run_forward<T>(*functions_, site, x...); }, given);
    if (!value) custom::fail_empty_result(functions_->traits.name, site);
    const Tensor<T> y = in.template view_of<T>(engine::snapshot(value), value.shape(), 0);
    if (!in) return y;
    engine::note_read(functions_->traits.name, site, {first.node(), rest.node()...});
    custom::Rule<Functions, T, n, decltype(saved)> rule{functions_, std::move(saved), {first.shape(), rest.shape()...}};
    rule.place_saved(given, inputs, value, y);
    if (functions_->traits.depends == engine::Depends::by_element) {
      custom::require_by_element(functions_->traits.name, rule.shapes, y.shape(), site);
    }
    using Rule = decltype(rule);
    const engine::Kind& kind =
        engine::kept_kind({&functions_->traits, &engine::run_rule<Rule, T>, &engine::push_rule<Rule, T>});
    auto replay = [op = *this, site](const auto& x) { return op.replayed(x, site, std::make_index_sequence<n>()); };
    in.record_as(kind, y, std::move(replay), std::move(rule));
    return y;
  }

  template <Real U, std::size_t... i>
  Tensor<U> replayed(const std::vector<Tensor<U>>& inputs, const CallSite& site, std::index_sequence<i...>) const {
    if constexpr (custom::serves<Functions, U>(std::index_sequence<i...>())) return call<U>(site, inputs[i]...);
    else custom::fail_replay(functions_->traits.name, engine::dtype_of<U>, site);
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
/// Options may follow, such as {.by_element = true}.
///
/// An expression that refers to local variables of the lambda must be evaluated before it is returned, as anywhere in
/// xtensor: `return Tensor(...);`, or with_saved, which does it.
/// Throws Error for an empty name; in a sweep ShapeError when a gradient has not its input's shape, Error when their
/// number is wrong, with the line of the call.
template <class Forward, class Backward>
auto custom_op(std::string_view name, Forward forward, Backward backward, const CustomOpOptions& options = {}) {
  return CustomOp<Forward, Backward, std::nullopt_t>(name, std::move(forward), std::move(backward), std::nullopt,
                                                     options);
}
template <class Forward, class Backward, class Tangent>
  requires(!std::same_as<Tangent, CustomOpOptions>)
auto custom_op(std::string_view name, Forward forward, Backward backward, Tangent tangent,
               const CustomOpOptions& options = {}) {
  return CustomOp<Forward, Backward, Tangent>(name, std::move(forward), std::move(backward), std::move(tangent),
                                              options);
}

}  // namespace tapegrad
