// Views put together from slices: chosen places, new axes.
#include "tapegrad/tensor/view.h"

#include <algorithm>
#include <cstdlib>

namespace tapegrad::views {
namespace {

// The places along an axis, as parts that each are one slice: places at equal distances stay together.
template <Real T>
Tensor<T> places_along(const Tensor<T>& x, std::size_t axis, const std::vector<long>& places) {
  const long length = static_cast<long>(x.shape()[axis]);
  std::vector<Tensor<T>> parts;
  engine::Slices slices;
  for (const std::size_t whole : x.shape().vector()) slices.push_back({0, 1, whole, false});
  for (std::size_t i = 0; i < places.size();) {
    std::size_t end = i + 1;
    const long step = end < places.size() && places[end] != places[i] ? places[end] - places[i] : 1;
    while (end < places.size() && places[end] - places[end - 1] == step) ++end;
    for (std::size_t k = i; k < end; ++k) {
      if (places[k] < 0 || places[k] >= length) {
        throw ShapeError("view: place " + std::to_string(places[k]) + " is outside axis " + std::to_string(axis) +
                         " of shape " + text(x.shape()));
      }
    }
    slices[axis] = {places[i], step, end - i, false};
    parts.push_back(slice(x, slices, CallSite{}));
    i = end;
  }
  if (parts.size() == 1) return parts[0];
  if (!parts.empty()) return concatenate(parts, static_cast<long>(axis), CallSite{});
  slices[axis].count = 0;
  return slice(x, slices, CallSite{});
}

}  // namespace

void fail_count(std::size_t slices, const Shape& shape) {
  throw ShapeError("view: " + std::to_string(slices) + " slices for a tensor of shape " + text(shape));
}

engine::Slice range_of(std::optional<long> start, std::optional<long> stop, long step, std::size_t length) {
  if (step == 0) throw ShapeError("view: a range of step 0 goes nowhere. Use 1, or -1 to go back");
  const long count = static_cast<long>(length), lowest = step > 0 ? 0 : -1, highest = step > 0 ? count : count - 1;
  const auto place = [&](long at) { return std::clamp(at < 0 ? at + count : at, lowest, highest); };
  const long first = start ? place(*start) : step > 0 ? lowest : highest;
  const long last = stop ? place(*stop) : step > 0 ? highest : lowest;
  const long distance = step > 0 ? last - first : first - last, size = std::abs(step);
  const long taken = distance > 0 ? (distance + size - 1) / size : 0;
  return {taken ? first : 0, taken > 1 ? step : 1, static_cast<std::size_t>(taken), false};
}

template <Real T>
Tensor<T> view_of(const Tensor<T>& x, const Items& items) {
  engine::Slices slices;
  std::vector<std::pair<std::size_t, const Item*>> chosen;  // axes of the result of the slices
  ShortVector<std::size_t, 8> shape;                        // with new axes
  bool adds_axes = false;
  for (const Item& item : items) {
    if (item.kind == Item::Kind::new_axis) {
      shape.push_back(1);
      adds_axes = true;
      continue;
    }
    const std::size_t axis = slices.size(), length = x.shape()[axis];
    if (item.kind == Item::Kind::places) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < axis; ++i) kept += !slices[i].drop;
      chosen.emplace_back(kept, &item);
      slices.push_back({0, 1, length, false});
      shape.push_back(item.places.size());
    } else {
      slices.push_back(item.slice);
      if (!item.slice.drop) shape.push_back(item.slice.count);
    }
  }
  Tensor<T> y = slice(x, slices, CallSite{});
  for (const auto& [axis, item] : chosen) y = places_along(y, axis, item->places);
  return adds_axes ? reshape(y, Shape(shape), CallSite{}) : y;
}

template Tensor<float> view_of(const Tensor<float>&, const Items&);
template Tensor<double> view_of(const Tensor<double>&, const Items&);

}  // namespace tapegrad::views
