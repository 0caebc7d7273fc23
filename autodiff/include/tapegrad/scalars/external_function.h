// external_function(name, forward, adjoint): code that knows nothing of tapes, with a derivative of yours, on scalars.
#pragma once
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tapegrad/engine/scalars/external_rule.h"

namespace tapegrad {

/// A function made by external_function. Copies share the functions.
template <class Forward, class Adjoint, class Tangent>
class ExternalFunction {
 public:
  ExternalFunction(std::string_view name, Forward forward, Adjoint adjoint, Tangent tangent)
      : functions_(new Functions{external::described(name), std::move(forward), std::move(adjoint),
                                 std::move(tangent)}) {}

  /// y = forward(x), one entry on the tape. x is a vector, an array or a span of scalars, or a list: f({a, b}). Gives a
  /// std::vector, a std::array or one Scalar, as forward does.
  template <std::ranges::contiguous_range X>
    requires is_scalar<std::ranges::range_value_t<X>>
  auto operator()(const X& x, CallSite site = CallSite::current()) const {
    using T = typename std::ranges::range_value_t<X>::value_type;
    return call<T>({std::ranges::data(x), std::ranges::size(x)}, site);
  }
  template <ScalarNumber T>
  auto operator()(std::initializer_list<Scalar<T>> x, CallSite site = CallSite::current()) const {
    return call<T>({x.begin(), x.size()}, site);
  }

 private:
  using Functions = external::Functions<Forward, Adjoint, Tangent>;

  template <ScalarNumber T>
  auto call(std::span<const Scalar<T>> x, const CallSite& site) const {
    static_assert(Real<T>, "external_function: it has first derivatives only, so that hessian and hvp, which run it on "
                           "scalars of dual numbers, cannot go through it. Differences of its gradients may serve");
    constexpr bool takes = std::is_invocable_v<const Forward&, std::span<const T>>;
    static_assert(takes, "external_function: forward must take the inputs as std::span<const T>, numbers of the type "
                         "of the scalars, and be callable as const");
    if constexpr (takes) {
      using Y = std::remove_cvref_t<std::invoke_result_t<const Forward&, std::span<const T>>>;
      static_assert(external::NumbersOf<Y, T>, "external_function: forward must return numbers of the scalars' type: a "
                                               "std::vector<T>, a std::array<T, n> or a T");
      if constexpr (Real<T> && external::NumbersOf<Y, T>) return record<T, Y>(x, site);
    }
  }

  template <Real T, class Y>
  auto record(std::span<const Scalar<T>> x, const CallSite& site) const {
    const engine::ScalarInputs<T> in(functions_->traits, site, {x});
    engine::PooledVector<T> numbers;
    for (const Scalar<T>& s : x) numbers.push_back(s.value());
    Y value = run(std::span<const T>(numbers));
    auto y = external::as_scalars<T>(value);
    using Rule = external::Rule<Functions, T, Y>;
    if (in) {
      in.record(external::elements(y), std::make_unique<Rule>(functions_, std::move(numbers), std::move(value), site));
    }
    return y;
  }
  template <Real T>
  auto run(std::span<const T> x) const {
    const Tape::Pause pause;
    return functions_->forward(x);
  }

  std::shared_ptr<const Functions> functions_;
};

/// A function of scalars whose inside the tape does not see: a solver, a library's call, anything on plain numbers,
/// with a derivative that you know. `const auto f = external_function("root", forward, adjoint); auto y = f(x);`
///
/// * forward(x) gets the numbers of x as std::span<const T>. It returns std::vector<T>, std::array<T, n> or one T.
/// * adjoint(x, y, dy) gets the x of then, what forward returned, and the adjoints of that, of the same type, of which
///   one at least is not 0. It returns the adjoints of x, the transposed Jacobian times dy: a std::vector<T>, a
///   std::array<T, n>, or one T for one x. They are added to what reaches x elsewhere. It may take a fourth argument,
///   std::span<const bool> wanted: what it returns for the constants among x, where that is false, is not used.
/// * tangent(x, y, dx), which may be left out, returns the Jacobian times dx, as forward returns y: for forward mode.
///
/// A generic function, (const auto& x), serves float and double. None of them records: they may make a Tape of their
/// own, such as to get the adjoint of a part from a tape. What the lambdas capture counts as constant, and lives at
/// least until the tape ends. x and y are kept until a sweep consumes the tape. Where no tape records, or all x are
/// constants, y is constant.
///
/// An exception passes through as it is; one of adjoint breaks the tape, which then names the function and the line of
/// the call. Throws Error for an empty name, StaleError for scalars of another tape, ShapeError when adjoint or tangent
/// return another number of numbers, MissingRuleError for forward mode without a tangent. First derivatives only: with
/// create_graph the bridge between tensors and scalars throws.
template <class Forward, class Adjoint>
auto external_function(std::string_view name, Forward forward, Adjoint adjoint) {
  return ExternalFunction<Forward, Adjoint, std::nullopt_t>(name, std::move(forward), std::move(adjoint), std::nullopt);
}
template <class Forward, class Adjoint, class Tangent>
auto external_function(std::string_view name, Forward forward, Adjoint adjoint, Tangent tangent) {
  return ExternalFunction<Forward, Adjoint, Tangent>(name, std::move(forward), std::move(adjoint), std::move(tangent));
}

}  // namespace tapegrad
