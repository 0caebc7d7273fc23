// view(x, xt::range(0, 2), xt::all(), 1): parts of tensors in xtensor's words.
#pragma once
#include <optional>
#include <vector>

#include "tapegrad/ops.h"

namespace tapegrad {
namespace views {

/// What one argument of view() takes of an axis, or adds.
struct Item {
  enum class Kind { slice, places, new_axis, ellipsis };
  Kind kind = Kind::slice;
  engine::Slice slice = {};
  std::vector<long> places = {};  // of Kind::places: counted from the start, any order, any number of times
};

/// In a list that takes its memory from where tensors do.
using Items = std::vector<Item, engine::PoolAllocator<Item>>;

template <class S>
inline constexpr bool is_ellipsis = std::is_same_v<std::remove_cvref_t<S>, xt::xellipsis_tag>;
template <class S>
inline constexpr bool is_new_axis = std::is_same_v<std::remove_cvref_t<S>, xt::xnewaxis_tag>;

/// An integer drops the axis; negative ones count from the end.
template <std::integral I>
Item item(I index, std::size_t length) {
  return {.slice = {static_cast<long>(index) + (index < 0 ? static_cast<long>(length) : 0), 1, 1, true}};
}
inline Item item(xt::xall_tag, std::size_t length) { return {.slice = {0, 1, length, false}}; }
inline Item item(xt::xellipsis_tag, std::size_t) { return {.kind = Item::Kind::ellipsis}; }
inline Item item(xt::xnewaxis_tag, std::size_t) { return {.kind = Item::Kind::new_axis}; }
/// Places from start on, or from the end of the axis where a step goes back, up to stop and without it, or to the other
/// end; both may count from the end, and are cut at the ends, as in NumPy. Throws ShapeError for a step of 0.
engine::Slice range_of(std::optional<long> start, std::optional<long> stop, long step, std::size_t length);
/// What a limit of a range says: a number, or nothing.
template <class X>
std::optional<long> limit(X x) {
  if constexpr (std::integral<X>) return static_cast<long>(x);
  else return std::nullopt;
}
/// From xt::range(begin, end) or xt::range(begin, end, step).
template <class A, class B, class C>
Item item(const xt::xrange_adaptor<A, B, C>& range, std::size_t length) {
  return {.slice = range_of(limit(range.start()), limit(range.stop()), limit(range.step()).value_or(1), length)};
}
/// From xt::keep(2, 0) and xt::drop(1).
template <class S>
  requires requires(S slice) { slice.normalize(std::size_t()); }
Item item(S slice, std::size_t length) {
  slice.normalize(length);
  Item result{.kind = Item::Kind::places};
  for (std::size_t i = 0; i < static_cast<std::size_t>(slice.size()); ++i) {
    result.places.push_back(static_cast<long>(slice(static_cast<std::ptrdiff_t>(i))));
  }
  return result;
}

[[noreturn]] void fail_count(std::size_t slices, const Shape& shape);
/// x seen through the items, which name its axes in order, the ellipsis replaced by slices.
template <Real T>
Tensor<T> view_of(const Tensor<T>& x, const Items& items);

}  // namespace views

/// A part of a tensor: an integer, xt::all(), xt::range(...), xt::keep(...) or xt::drop(...) for each axis in order;
/// xt::newaxis() adds an axis of length 1, xt::ellipsis() stands for all axes in its place that are not named, as the
/// end does. A range is cut at the ends of its axis, as in NumPy. Leading rows share the array, other views copy.
/// Throws ShapeError for an integer or a place outside and for more slices than axes.
template <class X, class... S>
  requires IsTensor<X>
auto view(X&& x, S&&... slices) {
  constexpr std::size_t named = (std::size_t(0) + ... + !(views::is_ellipsis<S> || views::is_new_axis<S>));
  static_assert((0 + ... + views::is_ellipsis<S>) <= 1, "view: only one xt::ellipsis() can stand for several axes");
  const Shape& shape = x.shape();
  if (named > shape.rank()) views::fail_count(named, shape);
  views::Items items;
  std::size_t axis = 0;
  const auto take_whole = [&](std::size_t end) {
    for (; axis < end; ++axis) items.push_back(views::item(xt::all(), shape[axis]));
  };
  std::size_t behind = named;  // slices that are still to come
  const auto add = [&](const auto& slice) {
    using One = std::remove_cvref_t<decltype(slice)>;
    if constexpr (views::is_ellipsis<One>) {
      take_whole(shape.rank() - behind);
    } else if constexpr (views::is_new_axis<One>) {
      items.push_back(views::item(slice, 1));
    } else {
      items.push_back(views::item(slice, shape[axis++]));
      --behind;
    }
  };
  (add(slices), ...);
  take_whole(shape.rank());
  return views::view_of(Tensor(x), items);
}

}  // namespace tapegrad
