// Arguments and results of functions that are transformed: trees of tensors, of scalars, and of lists of scalars.
#pragma once
#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/tree.h"
#include "tapegrad/ops.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad::transform {
using namespace engine;

/// A vector or an array of scalars: one leaf, of shape (n,).
template <class X>
inline constexpr bool is_group = is_scalar<tree::element<X>>;
/// What derivatives are taken of, and with respect to.
struct Leaves {
  template <class X>
  static constexpr bool is_leaf = IsTensor<X> || is_scalar<X> || is_group<X>;
};

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

/// Numbers and scalars in a vector or an array stay together: they are one argument.
struct GivenLeaves {
  template <class X>
  static constexpr bool is_leaf = is_group<X> || std::floating_point<tree::element<X>>;
};
/// What the function is called with for x.
template <class X>
auto argument(const X& x) {
  return tree::map<GivenLeaves>(x, []<class E>(const E& e) {
    if constexpr (IsTensor<E>) return Tensor<typename E::value_type>(e);  // a class made from Tensor is one
    else if constexpr (Leaves::is_leaf<E>) return e;
    else if constexpr (std::floating_point<E>) return Scalar<E>(e);
    else if constexpr (tree::is_list<E>) return tree::map(e, []<class T>(T number) { return Scalar<T>(number); });
    else if constexpr (XtensorExpression<E>) return Tensor(e);
    else {
      static_assert(Leaves::is_leaf<E>,
                    "transforms: an argument must be a Tensor, a Scalar, an xtensor expression of float or double, a "
                    "float or a double, or a std::tuple, std::vector or std::array of those. Integers have no "
                    "gradient: capture them, or convert them to double");
    }
  });
}
/// Several arguments are one tuple.
template <class X, class Y, class... Z>
auto argument(const X& x, const Y& y, const Z&... z) {
  return argument(std::tuple<const X&, const Y&, const Z&...>(x, y, z...));
}

/// A result with its formulas of scalars made statements.
template <class Y>
auto settled(const Y& y) {
  return tree::map<Leaves>(y, []<class E>(const E& e) {
    if constexpr (ScalarExpression<E>) return Scalar<typename E::value_type>(e);
    else return e;
  });
}

/// f(x), or f with the elements of x where x is a tuple that f does not take whole.
template <class F, class X>
auto call(const F& f, const X& x) {
  if constexpr (std::is_invocable_v<const F&, const X&>) {
    static_assert(!std::is_void_v<std::invoke_result_t<const F&, const X&>>,
                  "transforms: the function returns nothing. Return what is to be differentiated");
    return settled(f(x));
  } else if constexpr (tree::is_tuple<X>) {
    return std::apply(
        [&](const auto&... e) {
          constexpr bool takes_all = std::is_invocable_v<const F&, decltype(e)...>;
          static_assert(takes_all, "transforms: the function cannot be called with these arguments");
          if constexpr (takes_all) return settled(f(e...));
        },
        x);
  } else {
    static_assert(tree::is_tuple<X>, "transforms: the function cannot be called with this argument");
  }
}

/// Makes every leaf of x an input. Returns what the function is to be called with.
template <class X>
X add_inputs(Linearization& at, const X& x) {
  return tree::map<Leaves>(x, [&]<class Leaf>(const Leaf& leaf) {
    if constexpr (is_group<Leaf>) {
      Leaf inner = leaf;
      at.add_input(as_span(leaf), inner.data());
      return inner;
    } else return at.add_input(leaf);
  });
}
/// Makes every leaf of y, which the function returned, a result.
template <class Y>
void add_results(Linearization& at, const Y& y) {
  constexpr bool differentiable = tree::Of<Y, Leaves>;
  static_assert(differentiable,
                "transforms: a function must return a Tensor or a Scalar, or a std::tuple, std::vector or std::array "
                "of those, and not nothing, a plain number, or an array of xtensor, which have no gradient");
  if constexpr (differentiable) {
    tree::for_each<Leaves>(y, [&]<class Leaf>(const Leaf& leaf) {
      if constexpr (is_group<Leaf>) at.add_result(as_span(leaf));
      else at.add_result(leaf);
    });
  }
}

/// What leaves a transform: as it is where an outer tape records, else without a place on the tape that ends with it.
template <class X>
X outside(const Linearization& at, const X& x) {
  return tree::map<Leaves>(x, [&]<class Leaf>(const Leaf& leaf) {
    if constexpr (is_scalar<Leaf>) return at.records() ? leaf : Leaf(leaf.value());
    else if constexpr (is_group<Leaf>) {
      return at.records() ? leaf : tree::map(leaf, []<class S>(const S& scalar) { return S(scalar.value()); });
    } else return at.records() ? leaf : constant(leaf);
  });
}

/// A derivative for each leaf of x, from the nodes that a pull or a push found: a tensor, a number for a scalar, a
/// vector or an array of numbers for one of scalars.
template <class X>
auto derivatives(const Linearization& at, const X& x, Linearization::Nodes& found) {
  return tree::map<Leaves>(x, [&, i = std::size_t(0)]<class Leaf>(const Leaf& leaf) mutable {
    using T = element_of<Leaf>;
    Node* node = found[i++].release();
    if constexpr (is_scalar<Leaf>) {
      return node ? Tensor<T>(node).item() : T(0);
    } else if constexpr (is_group<Leaf>) {
      auto numbers = tree::List<Leaf>::template sized<T>(leaf.size());
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
  tree::for_each<Leaves>(given, [&]<class Leaf>(const Leaf& leaf) {
    using T = element_of<Leaf>;
    if constexpr (is_scalar<Leaf>) nodes.emplace_back(Tensor<T>(leaf.value()).take_node());
    else if constexpr (is_group<Leaf>) {
      Tensor<T> numbers = Tensor<T>::empty({leaf.size()});
      std::transform(leaf.begin(), leaf.end(), numbers.mutable_data(), [](const auto& s) { return s.value(); });
      nodes.emplace_back(numbers.take_node());
    } else nodes.push_back(leaf ? placed_snapshot(leaf, name).take_node() : nullptr);
  });
  at.require_shapes(ports, nodes, name);
  return nodes;
}

}  // namespace tapegrad::transform
