// Arguments and results of functions that are transformed: tensors and scalars, alone or in tuples and vectors.
#pragma once
#include <concepts>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/linearization.h"
#include "tapegrad/ops.h"

namespace tapegrad::transform {

template <class X>
inline constexpr bool is_tuple = false;
template <class... X>
inline constexpr bool is_tuple<std::tuple<X...>> = true;
template <class X>
inline constexpr bool is_vector = false;
template <Real T>
inline constexpr bool is_vector<std::vector<Tensor<T>>> = true;
template <class X>
inline constexpr bool is_scalar = false;
template <Real T>
inline constexpr bool is_scalar<Scalar<T>> = true;
template <class X>
inline constexpr bool is_leaf = IsTensor<X> || is_scalar<X>;

/// What the function is called with for x.
template <class X>
auto argument(const X& x) {
  if constexpr (is_leaf<X> || is_vector<X>) return x;
  else if constexpr (std::floating_point<X>) return Scalar<X>(x);
  else if constexpr (is_tuple<X>) {
    return std::apply([](const auto&... e) { return std::tuple<decltype(argument(e))...>{argument(e)...}; }, x);
  } else if constexpr (requires { Tensor(x); }) return Tensor(x);
  else {
    static_assert(is_leaf<X>, "transforms: an argument must be a Tensor, a Scalar, an xtensor expression of float or "
                              "double, a float or a double, or a std::tuple or std::vector of those. Integers have no "
                              "gradient: capture them, or convert them to double");
  }
}
/// Several arguments are one tuple.
template <class X, class Y, class... Z>
auto argument(const X& x, const Y& y, const Z&... z) {
  return argument(std::tuple<X, Y, Z...>(x, y, z...));
}

/// The same structure with f(leaf) for each leaf, from left to right.
template <class X, class F>
auto map_leaves(const X& x, F&& f) {
  if constexpr (is_tuple<X>) {
    return std::apply([&](const auto&... e) { return std::tuple<decltype(map_leaves(e, f))...>{map_leaves(e, f)...}; }, x);
  } else if constexpr (is_vector<X>) {
    std::vector<decltype(f(x[0]))> result;
    for (const auto& leaf : x) result.push_back(f(leaf));
    return result;
  } else {
    static_assert(is_leaf<X>, "transforms: a function must return a Tensor or a Scalar, or a std::tuple or std::vector of "
                              "those, and not nothing, a plain number, or an array of xtensor, which have no gradient");
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

/// f(x), or f with the elements of x where x is a tuple that f does not take whole.
template <class F, class X>
auto call(const F& f, const X& x) {
  if constexpr (std::is_invocable_v<const F&, const X&>) {
    static_assert(!std::is_void_v<std::invoke_result_t<const F&, const X&>>,
                  "transforms: the function returns nothing. Return what is to be differentiated");
    return f(x);
  } else if constexpr (is_tuple<X>) {
    return std::apply(
        [&](const auto&... e) {
          constexpr bool takes_all = std::is_invocable_v<const F&, decltype(e)...>;
          static_assert(takes_all, "transforms: the function cannot be called with these arguments");
          if constexpr (takes_all) return f(e...);
        },
        x);
  } else {
    static_assert(is_tuple<X>, "transforms: the function cannot be called with this argument");
  }
}

template <class X>
X enter(Linearization& at, const X& x) {
  return map_leaves(x, [&](const auto& leaf) { return at.enter(leaf); });
}

/// What leaves a transform: as it is where an outer tape records, else without a place on the tape that ends with it.
template <class X>
X outside(const Linearization& at, const X& x) {
  return map_leaves(x, [&](const auto& leaf) {
    using Leaf = std::decay_t<decltype(leaf)>;
    if constexpr (is_scalar<Leaf>) return at.records() ? leaf : Leaf(leaf.value());
    else return at.records() ? leaf : constant(leaf);
  });
}

/// A derivative for each leaf of x, from the nodes that a pull or a push found: a tensor, or a number for a scalar.
template <class X>
auto derivatives(const Linearization& at, const X& x, Linearization::Nodes& found) {
  return map_leaves(x, [&, i = std::size_t(0)](const auto& leaf) mutable {
    using T = typename std::decay_t<decltype(leaf)>::value_type;
    Node* node = found[i++].release();
    if constexpr (is_scalar<std::decay_t<decltype(leaf)>>) {
      return node ? Tensor<T>(node).item() : T(0);
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
  static_assert(std::is_same_v<X, D>, "transforms: tangents must have the types of the arguments, and cotangents those of "
                                      "the results");
  Linearization::Nodes nodes;
  for_each_leaf(given, [&](const auto& leaf) {
    using T = typename std::decay_t<decltype(leaf)>::value_type;
    if constexpr (is_scalar<std::decay_t<decltype(leaf)>>) nodes.emplace_back(Tensor<T>(leaf.value()).detach());
    else nodes.emplace_back(leaf ? snapshot(leaf).detach() : nullptr);
  });
  at.require_shapes(ports, nodes, name);
  return nodes;
}

}  // namespace tapegrad::transform
