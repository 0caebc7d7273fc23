// Numbers in nested braces, vectors and spans, as what a tensor is made from.
#pragma once
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <type_traits>
#include <vector>

#include "tapegrad/tensor/shape.h"
#include "tapegrad/tensor/xtensor.h"

namespace tapegrad {

/// An xtensor container, view or lazy expression.
template <class E>
concept XtensorExpression = xt::is_xexpression<std::remove_cvref_t<E>>::value;

namespace nested {

/// A number, or a list of such in braces: {{1, 2}, {3, 4}}. Lives for one expression.
class Braces {
 public:
  template <class N>
    requires std::is_arithmetic_v<N>
  Braces(N number) : number_(static_cast<double>(number)) {}
  Braces(std::initializer_list<Braces> list) : list_(list), is_list_(true) {}
  bool is_list() const { return is_list_; }
  double number() const { return number_; }
  const std::vector<Braces>& list() const { return list_; }

 private:
  std::vector<Braces> list_;
  double number_ = 0;
  bool is_list_ = false;
};

template <class R>
inline constexpr bool has_numbers = false;
template <class N>
  requires std::is_arithmetic_v<N>
inline constexpr bool has_numbers<N> = true;
template <std::ranges::sized_range R>
  requires(!XtensorExpression<R>)
inline constexpr bool has_numbers<R> = has_numbers<std::ranges::range_value_t<R>>;

/// Whether the numbers are floats; all others make tensors of double.
template <class R>
inline constexpr bool is_of_floats = std::is_same_v<R, float>;
template <std::ranges::range R>
inline constexpr bool is_of_floats<R> = is_of_floats<std::ranges::range_value_t<R>>;

/// The numbers of nested lists, row by row, and their shape.
struct Numbers {
  std::vector<double> numbers;
  std::vector<std::size_t> axes;
};
/// Throws ShapeError, with the lengths, for lists of one level that differ in length, and for numbers beside lists.
Numbers numbers_in(const std::vector<Braces>& list);
[[noreturn]] void fail_ragged(std::size_t level, std::size_t length, std::size_t other);
[[noreturn]] void fail_count(std::size_t count, const Shape& shape);

/// The lengths of nested ranges along their first elements.
template <class R>
void measure(const R& range, std::vector<std::size_t>& axes) {
  if constexpr (std::ranges::range<R>) {
    axes.push_back(std::ranges::size(range));
    if constexpr (std::ranges::range<std::ranges::range_value_t<R>>) {
      if (axes.back()) measure(*std::ranges::begin(range), axes);
      else axes.push_back(0);
    }
  }
}
/// Writes the numbers of nested ranges one after the other. Throws ShapeError where a length is not that of `axes`.
template <class T, class R>
void copy(const R& range, const std::vector<std::size_t>& axes, std::size_t level, T*& to) {
  if (std::ranges::size(range) != axes[level]) fail_ragged(level, axes[level], std::ranges::size(range));
  for (const auto& element : range) {
    if constexpr (std::ranges::range<std::ranges::range_value_t<R>>) copy(element, axes, level + 1, to);
    else *to++ = static_cast<T>(element);
  }
}

}  // namespace nested

/// A vector, span, array or other range of plain numbers, or of such ranges.
template <class R>
concept NumberRange = std::ranges::sized_range<R> && nested::has_numbers<std::remove_cvref_t<R>>;

}  // namespace tapegrad
