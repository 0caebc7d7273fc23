// Arrays that choose elements: Indices, of integers, and Mask, of yes and no.
#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

#include "tapegrad/tensor/short_vector.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// A plain array of integers or of yes and no: what chooses elements. No gradient flows through it. Copies share it.
template <class V>
class Choice {
 public:
  explicit Choice(const Shape& shape)
      : shape_(shape), values_(std::allocate_shared<V[]>(engine::PoolAllocator<V>(), shape.size())) {}
  template <XtensorExpression E>
    requires std::is_integral_v<typename std::remove_cvref_t<E>::value_type>
  Choice(const E& expression)
      : Choice(Shape(ShortVector<std::size_t, 8>(expression.shape().begin(), expression.shape().end()))) {
    V* to = values_.get();
    for (auto from = expression.template begin<xt::layout_type::row_major>();
         from != expression.template end<xt::layout_type::row_major>(); ++from) {
      *to = static_cast<V>(*from);
      if constexpr (!std::is_same_v<V, bool>) {
        if (static_cast<std::int64_t>(*to) != static_cast<std::int64_t>(*from)) {
          throw DomainError("indices: " + std::to_string(*from) + " is outside of 32 bits");
        }
      }
      ++to;
    }
  }
  /// A list of integers: take(x, {2, 0}, 1), or from a vector, span or another range of integers.
  Choice(std::initializer_list<V> list)
    requires(!std::same_as<V, bool>)
      : Choice(Shape{list.size()}) {
    std::copy(list.begin(), list.end(), values_.get());
  }
  template <std::ranges::sized_range R>
    requires(!std::same_as<V, bool> && !XtensorExpression<R> && std::is_integral_v<std::ranges::range_value_t<R>>)
  explicit Choice(const R& list) : Choice(Shape{std::size_t(std::ranges::size(list))}) {
    std::transform(std::ranges::begin(list), std::ranges::end(list), values_.get(), [](auto number) {
      if (!std::in_range<V>(number)) {
        throw DomainError("indices: " + std::to_string(number) + " is outside of 32 bits");
      }
      return static_cast<V>(number);
    });
  }
  const Shape& shape() const { return shape_; }
  std::size_t size() const { return shape_.size(); }
  const V* data() const { return values_.get(); }
  V* mutable_data() { return values_.get(); }

  /// A mask is asked by all, any or where, never as one bool.
  template <std::same_as<bool> B>
    requires(std::same_as<V, bool>)
  operator B() const {
    static_assert(
        !std::same_as<B, bool>,
        "a mask has a yes or no for each element: choose by where(mask, a, b), ask all(mask) or any(mask). For "
        "numbers that are nearly equal there is allclose(x, y), for the larger ones maximum(x, y)");
    return false;
  }

 private:
  Shape shape_;
  std::shared_ptr<V[]> values_;
};
/// What comparisons of tensors give, or any xtensor expression of bool or integers: not 0 is yes.
using Mask = Choice<bool>;
/// Places along an axis, such as the labels of classes: any xtensor expression of integers.
using Indices = Choice<std::int32_t>;

}  // namespace tapegrad
