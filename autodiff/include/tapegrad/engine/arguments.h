// Arguments and results of functions that are transformed: tensors, scalars, vectors and arrays of scalars, alone or in
// tuples, and vectors of tensors.
#pragma once
#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/list.h"
#include "tapegrad/ops.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad::transform {
using namespace engine;

template <class X>
inline constexpr bool is_tuple = false;
template <class... X>
inline constexpr bool is_tuple<std::tuple<X...>> = true;
template <class X>
inline constexpr bool is_vector = false;
template <Real T>
inline constexpr bool is_vector<std::vector<Tensor<T>>> = true;
/// A vector or an array of scalars: one leaf, of shape (n,).
template <class X>
inline constexpr bool is_group = is_scalar<typename List<X>::element>;
template <class X>
inline constexpr bool is_leaf = IsTensor<X> || is_scalar<X> || is_group<X>;

/// The type of the numbers in a leaf.
template <class X>
struct Element {
  using type = typename X::value_type;
};
template <class X>
  requires is_group<X>
struct Element<X> {
  using type = typename X::value_type::value_type;
};
template <class X>
using element_of = typename Element<std::decay_t<X>>::type;

/// A group as the engine takes it.
template <class X>
  requires is_group<X>
std::span<const Scalar<element_of<X>>> as_span(const X& x) {
  return {x.data(), x.size()};
}

/// What the function is called with for x.
template <class X>
auto argument(const X& x) {
  if constexpr (IsTensor<X>) return Tensor<typename X::value_type>(x);  // a class made from Tensor is one
  else if constexpr (is_leaf<X> || is_vector<X>) return x;
  else if constexpr (std::floating_point<X>) return Scalar<X>(x);
  else if constexpr (std::floating_point<typename List<X>::element>) {
    return map_list<Scalar<typename List<X>::element>>(x, [](auto number) { return number; });
  }
  else if constexpr (is_tuple<X>) {
    return std::apply([](const auto&... e) { return std::tuple<decltype(argument(e))...>{argument(e)...}; }, x);
  } else if constexpr (XtensorExpression<X>) return Tensor(x);
  else {
    static_assert(is_leaf<X>, "transforms: an argument must be a Tensor, a Scalar, an xtensor expression of float or "
                              "double, a float or a double, or a std::tuple, std::vector or std::array of those. "
                              "Integers have no gradient: capture them, or convert them to double");
  }
}
/// Several arguments are one tuple.
template <class X, class Y, class... Z>
auto argument(const X& x, const Y& y, const Z&... z) {
  return argument(std::tuple<const X&, const Y&, const Z&...>(x, y, z...));
}

/// The same structure with f(leaf) for each leaf, from left to right.
template <class X, class F>
auto map_leaves(const X& x, F&& f) {
  if constexpr (is_tuple<X>) {
    return std::apply([&](const auto&... e) { return std::tuple<decltype(map_leaves(e, f))...>{map_leaves(e, f)...}; },
                      x);
  } else if constexpr (is_vector<X>) {
    std::vector<decltype(f(x[0]))> result;
    for (const auto& leaf : x) result.push_back(f(leaf));
    return result;
  } else {
    static_assert(is_leaf<X>, "transforms: a function must return a Tensor or a Scalar, or a std::tuple, std::vector "
                              "or std::array of those, and not nothing, a plain number, or an array of xtensor, which "
                              "have no gradient");
    return f(x);
  }
}
template <class X, class F>
void for_each_leaf(const X& x, F&& f) {
  map_leaves(x, [&](const auto& leaf) {
    f(leaf);
    return 0;
  });
}

/// A result with its formulas of scalars made statements.
template <class Y>
auto settled(const Y& y) {
  if constexpr (ScalarExpression<Y>) return Scalar<typename Y::value_type>(y);
  else if constexpr (ScalarExpression<typename List<Y>::element>) {
    return map_list<Scalar<typename Y::value_type::value_type>>(y, [](const auto& formula) { return formula; });
  }
  else if constexpr (is_tuple<Y>) {
    return std::apply([](const auto&... e) { return std::tuple<decltype(settled(e))...>{settled(e)...}; }, y);
  } else return y;
}

/// f(x), or f with the elements of x where x is a tuple that f does not take whole.
template <class F, class X>
auto call(const F& f, const X& x) {
  if constexpr (std::is_invocable_v<const F&, const X&>) {
    static_assert(!std::is_void_v<std::invoke_result_t<const F&, const X&>>,
                  "transforms: the function returns nothing. Return what is to be differentiated");
    return settled(f(x));
  } else if constexpr (is_tuple<X>) {
    return std::apply(
        [&](const auto&... e) {
          constexpr bool takes_all = std::is_invocable_v<const F&, decltype(e)...>;
          static_assert(takes_all, "transforms: the function cannot be called with these arguments");
          if constexpr (takes_all) return settled(f(e...));
        },
        x);
  } else {
    static_assert(is_tuple<X>, "transforms: the function cannot be called with this argument");
  }
}

template <class X>
X add_inputs(Linearization& at, const X& x) {
  return map_leaves(x, [&](const auto& leaf) {
    using Leaf = std::decay_t<decltype(leaf)>;
    if constexpr (is_group<Leaf>) {
      Leaf inner = leaf;
      at.add_input(as_span(leaf), inner.data());
      return inner;
    } else return at.add_input(leaf);
  });
}
template <class Y>
void add_results(Linearization& at, const Y& y) {
  for_each_leaf(y, [&](const auto& leaf) {
    if constexpr (is_group<std::decay_t<decltype(leaf)>>) at.add_result(as_span(leaf));
    else at.add_result(leaf);
  });
}

/// What leaves a transform: as it is where an outer tape records, else without a place on the tape that ends with it.
template <class X>
X outside(const Linearization& at, const X& x) {
  return map_leaves(x, [&](const auto& leaf) {
    using Leaf = std::decay_t<decltype(leaf)>;
    if constexpr (is_scalar<Leaf>) return at.records() ? leaf : Leaf(leaf.value());
    else if constexpr (is_group<Leaf>) {
      if (at.records()) return leaf;
      return map_list<typename Leaf::value_type>(leaf, [](const auto& scalar) { return scalar.value(); });
    } else return at.records() ? leaf : constant(leaf);
  });
}

/// A derivative for each leaf of x, from the nodes that a pull or a push found: a tensor, a number for a scalar, a
/// vector or an array of numbers for one of scalars.
template <class X>
auto derivatives(const Linearization& at, const X& x, Linearization::Nodes& found) {
  return map_leaves(x, [&, i = std::size_t(0)](const auto& leaf) mutable {
    using Leaf = std::decay_t<decltype(leaf)>;
    using T = element_of<Leaf>;
    Node* node = found[i++].release();
    if constexpr (is_scalar<Leaf>) {
      return node ? Tensor<T>(node).item() : T(0);
    } else if constexpr (is_group<Leaf>) {
      auto numbers = List<Leaf>::template sized<T>(leaf.size());
      if (node) std::copy_n(Tensor<T>(node).data(), numbers.size(), numbers.begin());
      return numbers;
    } else {
      if (!node) return Tensor<T>::full(leaf.shape(), 0);
      return at.records() ? Tensor<T>(node) : constant(Tensor<T>(node));
    }
  });
}

/// The nodes of `given`, tangents or cotangents for x, whose ports these are: they must have its shapes.
template <class X, class D>
Linearization::Nodes nodes_like(const Linearization& at, const Linearization::Ports& ports, const X&, const D& given,
                                std::string_view name) {
  static_assert(std::is_same_v<X, D>,
                "transforms: tangents must have the types of the arguments, and cotangents those of "
                "the results");
  Linearization::Nodes nodes;
  for_each_leaf(given, [&](const auto& leaf) {
    using Leaf = std::decay_t<decltype(leaf)>;
    using T = element_of<Leaf>;
    if constexpr (is_scalar<Leaf>) nodes.emplace_back(Tensor<T>(leaf.value()).detach());
    else if constexpr (is_group<Leaf>) {
      Tensor<T> numbers = Tensor<T>::empty({leaf.size()});
      std::transform(leaf.begin(), leaf.end(), numbers.mutable_data(), [](const auto& s) { return s.value(); });
      nodes.emplace_back(numbers.detach());
    } else nodes.emplace_back(leaf ? snapshot(leaf).detach() : nullptr);
  });
  at.require_shapes(ports, nodes, name);
  return nodes;
}

}  // namespace tapegrad::transform
