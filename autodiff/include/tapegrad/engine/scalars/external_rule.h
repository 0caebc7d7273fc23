// The rule of an external function: calls its functions and checks what they return.
#pragma once
#include <algorithm>
#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tapegrad/engine/scalars/rule.h"
#include "tapegrad/engine/tree.h"

namespace tapegrad::external {
using namespace engine;

template <class Forward, class Adjoint, class Tangent>
struct Functions {
  const OpTraits& traits;
  Forward forward;
  Adjoint adjoint;
  Tangent tangent;
};

/// The descriptor of a function of that name. Throws Error when it is empty.
const OpTraits& described(std::string_view name);
[[noreturn]] void fail_length(std::string_view name, std::string_view what, std::size_t found, std::size_t wanted,
                              const CallSite& site);
[[noreturn]] void fail_without_tangent(std::string_view name, const CallSite& site);

/// What functions return: numbers of type T, as one number, a vector or an array.
template <class Y, class T>
concept NumbersOf = std::same_as<Y, T> || std::same_as<tree::element<Y>, T>;

/// One element, or all of a vector or an array.
template <class Y>
auto elements(Y& y) {
  if constexpr (requires { y.data(); }) return std::span(y.data(), y.size());
  else return std::span(&y, 1);
}

/// The numbers as constants.
template <Real T, NumbersOf<T> Y>
auto as_scalars(const Y& numbers) {
  return tree::map(numbers, [](T number) { return Scalar<T>(number); });
}

template <class Functions, Real T, class Y>
class Rule final : public ScalarRule<T> {
 public:
  using Adjoint = decltype(Functions::adjoint);
  using Tangent = decltype(Functions::tangent);
  using X = std::span<const T>;
  using Wanted = std::span<const bool>;
  static constexpr bool takes_three = std::is_invocable_v<const Adjoint&, X, const Y&, const Y&>;
  static constexpr bool takes_wanted = std::is_invocable_v<const Adjoint&, X, const Y&, const Y&, Wanted>;
  static constexpr bool has_tangent = !std::is_same_v<Tangent, std::nullopt_t>;

  Rule(std::shared_ptr<const Functions> functions, PooledVector<T> x, Y y, const CallSite& site)
      : functions_(std::move(functions)), x_(std::move(x)), y_(std::move(y)), site_(site) {}

  void pull(std::span<const T> adjoint, std::span<T> x, Wanted wanted) const override {
    Y y_adjoint = y_;
    std::ranges::copy(adjoint, elements(y_adjoint).begin());
    static_assert(takes_three || takes_wanted,
                  "external_function: adjoint must take the inputs as std::span<const T>, the result of forward and "
                  "its adjoint, and be callable as const: (std::span<const double> x, const auto& y, const auto& dy)");
    const Y& dy = y_adjoint;
    if constexpr (takes_three) put("adjoint", x, [&] { return functions_->adjoint(X(x_), y_, dy); });
    else if constexpr (takes_wanted) put("adjoint", x, [&] { return functions_->adjoint(X(x_), y_, dy, wanted); });
  }

  void push(std::span<const T> tangent, std::span<T> y) const override {
    if constexpr (has_tangent) {
      constexpr bool takes = std::is_invocable_v<const Tangent&, X, const Y&, X>;
      static_assert(takes, "external_function: tangent must take the inputs as std::span<const T>, the result of "
                           "forward and the tangents of the inputs, and be callable as const");
      if constexpr (takes) put("tangent", y, [&] { return functions_->tangent(X(x_), y_, tangent); });
    } else {
      fail_without_tangent(functions_->traits.name, site_);
    }
  }

 private:
  template <class Function>
  void put(std::string_view what, std::span<T> place, const Function& function) const {
    using Found = std::remove_cvref_t<decltype(function())>;
    static_assert(NumbersOf<Found, T>, "external_function: adjoint and tangent must return numbers of the scalars' "
                                       "type: a std::vector<T>, a std::array<T, n>, or a T where there is one");
    if constexpr (NumbersOf<Found, T>) {
      const Found found = function();
      const auto numbers = elements(found);
      if (numbers.size() != place.size()) {
        fail_length(functions_->traits.name, what, numbers.size(), place.size(), site_);
      }
      std::ranges::copy(numbers, place.begin());
    }
  }

  std::shared_ptr<const Functions> functions_;
  PooledVector<T> x_;
  Y y_;
  CallSite site_;
};

}  // namespace tapegrad::external
