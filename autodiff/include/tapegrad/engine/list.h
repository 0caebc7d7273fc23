// Vectors and arrays alike, for functions that give back what they were given.
#pragma once
#include <array>
#include <cstddef>
#include <vector>

namespace tapegrad::transform {

/// A vector or an array of E: the same container of another type of element.
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
  using of = std::vector<U>;
  template <class U>
  static of<U> sized(std::size_t size) {
    return of<U>(size);
  }
};
template <class E, std::size_t N>
struct List<std::array<E, N>> {
  static constexpr bool is_list = true;
  using element = E;
  template <class U>
  using of = std::array<U, N>;
  template <class U>
  static of<U> sized(std::size_t) {
    return {};
  }
};
/// The same list with f(element) for each element, from the first to the last.
template <class U, class X, class F>
auto map_list(const X& x, F&& f) {
  auto result = List<X>::template sized<U>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) result[i] = f(x[i]);
  return result;
}

}  // namespace tapegrad::transform
