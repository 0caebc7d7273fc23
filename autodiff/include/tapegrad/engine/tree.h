// Trees: a leaf, or a std::tuple, std::vector or std::array of trees. What transforms, preaccumulation and external
// functions take and return is walked here. For the engine only.
#pragma once
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <vector>

namespace tapegrad::engine::tree {

/// Whether X is a tuple.
template <class X>
inline constexpr bool is_tuple = false;
template <class... E>
inline constexpr bool is_tuple<std::tuple<E...>> = true;

/// A vector or an array of E, and the same container of another type of element.
template <class X>
struct List {
  static constexpr bool is_list = false;
  using element = void;
};
template <class E>
struct List<std::vector<E>> {
  static constexpr bool is_list = true;
  using element = E;
  template <class U>
  static std::vector<U> sized(std::size_t size) {
    return std::vector<U>(size);
  }
};
template <class E, std::size_t N>
struct List<std::array<E, N>> {
  static constexpr bool is_list = true;
  using element = E;
  template <class U>
  static std::array<U, N> sized(std::size_t) {
    return {};
  }
};
template <class X>
inline constexpr bool is_list = List<X>::is_list;
/// The type of a list's elements; void for what is no list.
template <class X>
using element = typename List<X>::element;

/// What a caller takes for a leaf: a struct with `template <class X> static constexpr bool is_leaf`. A container that
/// is a leaf, such as a vector of scalars, is not walked. Here every container is walked to its end.
struct NoContainer {
  template <class X>
  static constexpr bool is_leaf = !is_tuple<X> && !is_list<X>;
};
/// Whether a walk goes on inside X.
template <class Leaves, class X>
inline constexpr bool is_walked = (is_tuple<X> || is_list<X>) && !Leaves::template is_leaf<X>;

template <class Leaves, class X>
constexpr bool consists_of() {
  if constexpr (!is_walked<Leaves, X>) return Leaves::template is_leaf<X>;
  else if constexpr (is_list<X>) return consists_of<Leaves, element<X>>();
  else {
    return []<class... E>(std::type_identity<std::tuple<E...>>) {
      return sizeof...(E) > 0 && (consists_of<Leaves, std::remove_cvref_t<E>>() && ...);
    }(std::type_identity<X>());
  }
}
/// A tree all of whose leaves satisfy Leaves::is_leaf.
template <class X, class Leaves>
concept Of = consists_of<Leaves, X>();

template <class Leaves, class X>
constexpr auto first_leaf() {
  if constexpr (!is_walked<Leaves, X>) return std::type_identity<X>();
  else if constexpr (is_list<X>) return first_leaf<Leaves, element<X>>();
  else if constexpr (std::is_same_v<X, std::tuple<>>) return std::type_identity<X>();
  else return first_leaf<Leaves, std::remove_cvref_t<std::tuple_element_t<0, X>>>();
}
/// The type of the first leaf.
template <class X, class Leaves = NoContainer>
using FirstLeaf = typename decltype(first_leaf<Leaves, X>())::type;

/// The same tree with f(leaf) in the place of each leaf, called from left to right.
template <class Leaves = NoContainer, class X, class F>
auto map(const X& x, F&& f) {
  if constexpr (!is_walked<Leaves, X>) {
    return f(x);
  } else if constexpr (is_tuple<X>) {
    return std::apply(
        [&](const auto&... e) { return std::tuple<decltype(map<Leaves>(e, f))...>{map<Leaves>(e, f)...}; }, x);
  } else {
    auto result = List<X>::template sized<decltype(map<Leaves>(x[0], f))>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = map<Leaves>(x[i], f);
    return result;
  }
}

/// f(leaf) for each leaf, from left to right. f may change the leaves of an x that is not const.
template <class Leaves = NoContainer, class X, class F>
void for_each(X& x, F&& f) {
  if constexpr (!is_walked<Leaves, std::remove_const_t<X>>) {
    f(x);
  } else if constexpr (is_tuple<std::remove_const_t<X>>) {
    std::apply([&](auto&... e) { (for_each<Leaves>(e, f), ...); }, x);
  } else {
    for (auto& e : x) for_each<Leaves>(e, f);
  }
}

}  // namespace tapegrad::engine::tree
