// Second derivatives of functions of scalars: the function is run on Scalar<Dual<T, N>>, so that one sweep gives N
// columns of the Hessian. For hessian() and hvp(); programs use transforms.h.
#pragma once
#include <array>
#include <concepts>
#include <tuple>
#include <vector>

#include "tapegrad/engine/arguments.h"
#include "tapegrad/engine/jacobian.h"

namespace tapegrad::transform {

/// The type of a plain number or of the number in a scalar.
template <class X>
struct NumberIn {};
template <Real T>
struct NumberIn<T> {
  using type = T;
};
template <Real T>
struct NumberIn<Scalar<T>> {
  using type = T;
};
template <class X>
using first_number = typename NumberIn<tree::FirstLeaf<X>>::type;
template <class T>
struct NumbersOf {
  template <class X>
  static constexpr bool is_leaf = std::same_as<X, T> || std::same_as<X, Scalar<T>>;
};
/// Numbers of one type: plain ones or scalars, alone or in vectors, arrays and tuples.
template <class X>
concept Numbers = requires { typename first_number<X>; } && tree::Of<X, NumbersOf<first_number<X>>>;

/// The same structure with f(number) for each number, from left to right.
template <Numbers X, class F>
auto map_numbers(const X& x, F&& f) {
  return tree::map(x, [&]<class E>(const E& e) {
    if constexpr (is_scalar<E>) return f(e.value());
    else return f(e);
  });
}

template <class F, class X>
constexpr bool takes() {
  if constexpr (std::is_invocable_v<const F&, const X&>) return true;
  else if constexpr (tree::is_tuple<X>) {
    return []<class... E>(std::type_identity<std::tuple<E...>>) { return std::is_invocable_v<const F&, const E&...>; }(
        std::type_identity<X>());
  } else return false;
}

/// The gradient of f at x and its derivatives along N directions: a dual number for each number in x, in order. Number
/// i moves by seed(i, k) along direction k.
template <std::size_t N, class F, Numbers X, class Seed>
auto gradient_along(std::string_view what, const CallSite& site, const F& f, const X& x, Seed seed) {
  using T = first_number<X>;
  using D = Dual<T, N>;
  const Tape::Pause pause;
  Tape tape({}, site);
  std::vector<Scalar<D>> variables;
  const auto at = map_numbers(x, [&](T number) {
    D moving(number);
    for (std::size_t k = 0; k < N; ++k) moving.along(k) = seed(variables.size(), k);
    return variables.emplace_back(variable(moving));
  });
  constexpr bool generic = takes<F, std::decay_t<decltype(at)>>();
  static_assert(generic,
                "hessian and hvp of scalars run the function on Scalar<Dual<T, N>>: write it as a template or with "
                "auto, for numbers of any kind. Functions of tensors are differentiated as they are");
  std::vector<D> gradient;
  if constexpr (generic) {
    const auto y = call(f, at);
    static_assert(std::same_as<std::decay_t<decltype(y)>, Scalar<D>>,
                  "hessian and hvp of scalars: the function must return one scalar");
    if (y.slot() == 0) fail_nothing_recorded(what, site);
    const Gradients g = tape.backward(y, {}, site);
    for (const Scalar<D>& each : variables) gradient.push_back(g[each]);
  }
  return gradient;
}

[[noreturn]] void fail_direction(std::size_t numbers, std::size_t given, const CallSite& site);

/// The Hessian of f at x times v.
template <class F, Numbers X>
auto hessian_times(const F& f, const X& x, const X& v, const CallSite& site) {
  using T = first_number<X>;
  std::vector<T> direction;
  map_numbers(v, [&](T number) { return direction.emplace_back(number); });
  auto seed = [&](std::size_t i, std::size_t) {
    if (i >= direction.size()) fail_direction(i + 1, direction.size(), site);
    return direction[i];
  };
  const auto gradient = gradient_along<1>("hvp", site, f, x, seed);
  if (gradient.size() != direction.size()) fail_direction(gradient.size(), direction.size(), site);
  return map_numbers(x, [&, i = std::size_t(0)](T) mutable { return gradient[i++].along(); });
}

/// The Hessian of f at x, of shape (n, n) for n numbers in x.
template <class F, Numbers X>
auto whole_hessian(const F& f, const X& x, const CallSite& site) {
  using T = first_number<X>;
  constexpr std::size_t columns = std::same_as<X, T> || is_scalar<X> ? 1 : 4;  // at once
  std::size_t n = 0;
  map_numbers(x, [&](T) { return ++n; });
  Tensor<T> hessian = Tensor<T>::empty(Shape(std::array{n, n}, "hessian", site), "hessian", site);
  for (std::size_t first = 0; first < n; first += columns) {
    const auto gradient = gradient_along<columns>("hessian", site, f, x, [first](std::size_t i, std::size_t k) {
      return T(i == first + k);
    });
    for (std::size_t i = 0; i < n; ++i) {
      T* row = hessian.mutable_data() + i * n + first;
      for (std::size_t k = 0; k < std::min(columns, n - first); ++k) row[k] = gradient[i].along(k);
    }
  }
  return hessian;
}

/// The shape of a leaf: () for a number, (n,) for n of them in a vector or an array.
template <Numbers X>
Shape shape_of_numbers(const X& x) {
  if constexpr (requires { x.size(); }) {
    static_assert(std::floating_point<typename X::value_type> || is_scalar<typename X::value_type>,
                  "hessian of scalars: arguments are numbers, or vectors or arrays of numbers");
    return {x.size()};
  } else return {};
}

struct NoTuple {
  template <class X>
  static constexpr bool is_leaf = !tree::is_tuple<X>;
};
/// The Hessian as the other transforms give it: a tensor for one argument, tuples of tuples for several.
template <class F, Numbers X>
auto hessian_of_numbers(const F& f, const X& x, const CallSite& site) {
  const auto whole = whole_hessian(f, x, site);
  const auto for_each_argument = [&](auto&& block) {
    return tree::map<NoTuple>(x, [&, at = std::size_t(0)](const auto& argument) mutable {
      const Shape shape = shape_of_numbers(argument);
      return block(std::exchange(at, at + shape.size()), shape);
    });
  };
  return for_each_argument([&](std::size_t row, const Shape& rows) {
    return for_each_argument([&](std::size_t column, const Shape& columns) {
      return block_of(whole, row, rows, column, columns);
    });
  });
}

}  // namespace tapegrad::transform
