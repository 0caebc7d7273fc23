// Parts of tensors, and their reverse.
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/pick.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- unslice: zeros of the full shape, with g in the places that a slice reads     dg = slice of dy
namespace {
struct Cut {
  Shape kept, result;  // result: without the dropped axes
  kernels::Strides strides;
  std::ptrdiff_t start = 0;
  bool leading_rows = true;
};

Cut cut(const Shape& shape, const Slices& slices, const CallSite& site) {
  if (slices.size() > shape.rank()) {
    throw ShapeError("slice: " + std::to_string(slices.size()) + " slices for a tensor of shape " + text(shape) +
                     text(site));
  }
  Cut c;
  c.strides = kernels::strides_of(shape);
  ShortVector<std::size_t, 8> kept, result;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const Slice s = i < slices.size() ? slices[i] : Slice{0, 1, shape[i], false};
    const long last = s.start + s.step * (static_cast<long>(s.count) - 1), length = static_cast<long>(shape[i]);
    if (s.count && (s.start < 0 || s.start >= length || last < 0 || last >= length)) {
      throw ShapeError("slice: places " + std::to_string(s.start) + " to " + std::to_string(last) +
                       " are outside axis " + std::to_string(i) + " of shape " + text(shape) + text(site));
    }
    c.leading_rows &= s.step == 1 && (i == 0 || (s.count == shape[i] && !s.drop));
    c.start += s.count ? s.start * c.strides[i] : 0;
    c.strides[i] *= s.step;
    kept.push_back(s.count);
    if (!s.drop) result.push_back(s.count);
  }
  c.kept = Shape(kept);
  c.result = Shape(result);
  return c;
}

// What a row of `full` shape is made of: g in the places that the slices read, and else no place.
kernels::Picks places_around(const Shape& full, const Slices& slices) {
  kernels::Picks picks(full.rank());
  for (std::size_t i = 0; i < full.rank(); ++i) {
    const Slice s = i < slices.size() ? slices[i] : Slice{0, 1, full[i], false};
    const std::size_t before = s.count ? static_cast<std::size_t>(s.start) : full[i];
    const std::size_t behind = full[i] - before - s.count;
    if (before) picks[i].push_back({-1, 0, before});
    if (s.count) picks[i].push_back({0, 1, s.count});
    if (behind) picks[i].push_back({-1, 0, behind});
  }
  return picks;
}

// y, an array of `full` shape, = zeros with g in the places that the slices read.
template <Real T>
void write_among_zeros(T* y, const Shape& full, const T* g, const Cut& c, const Slices& slices) {
  if (std::all_of(slices.begin(), slices.end(), [](const Slice& s) { return s.step == 1 || s.count == 0; })) {
    return kernels::pick(y, g, c.kept, places_around(full, slices), T(0));
  }
  kernels::fill(y, full.size(), T(0));
  kernels::copy(y + c.start, c.strides, g, kernels::strides_of(c.kept), c.kept);
}

template <Real T>
Tensor<T> unslice(const Tensor<T>& g, const Slices& slices, const Shape& full, CallSite site);

struct Unslice {
  static constexpr OpTraits traits{
      .name = "unslice",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x among zeros", "x \\text{ among zeros}"},
                               {"x", {"g in the places written", "g \\text{ in the places written}"}})};
  Slices slices;
  Shape full;
  auto operator()(const auto& x) const { return unslice(x[0], slices, full, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return unslice(x[0], b.slices(slices), b + full, CallSite{}); }
};

template <Real T>
Tensor<T> unslice(const Tensor<T>& g, const Slices& slices, const Shape& full, CallSite site) {
  Inputs in(Unslice::traits.name, site, g);
  const Cut c = cut(full, slices, site);
  Tensor<T> y = in.template output<T>(full);
  write_among_zeros(y.mutable_data(), full, g.data(), c, slices);
  if (in) {
    in.record(y, Unslice{slices, full},
              adjoint_and_tangent([slices](Sweep& sweep, const Tensor<T>& gg) { sweep.add(0, slice(gg, slices)); },
                                  [slices](const Push& push) {
                                    return unslice(push.tangent<T>(0), slices, push.shape(), CallSite{});
                                  }));
  }
  return y;
}
}  // namespace

// ---- slice: dx = unslice of dy
namespace {
struct Sliced {
  static constexpr OpTraits traits{
      .name = "slice",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula =
          with_adjoints({"a part of x", "\\text{a part of } x"},
                        {"x", {"g in the places read, else 0", "g \\text{ in the places read, else } 0"}})};
  Slices slices;
  auto operator()(const auto& x) const { return slice(x[0], slices); }
  auto batched(const auto& x, const Batch& b) const { return slice(x[0], b.slices(slices)); }
};
}  // namespace

namespace {
// Adds to an adjoint that is there in the places read only: what reads a tensor part by part writes each place once.
template <Real T>
void add_to_part(Sweep& sweep, const Tensor<T>& g, const Slices& slices) {
  if (!sweep.wants(0)) return;
  const Shape& full = sweep.shape(0);
  const Cut c = cut(full, slices, CallSite{});
  bool accumulate = false;
  T* dx = sweep.into<T>(0, accumulate);
  if (accumulate) kernels::add(dx + c.start, c.strides, g.data(), c.kept);
  else write_among_zeros(dx, full, g.data(), c, slices);
}
}  // namespace

template <Real T>
Tensor<T> slice(const Tensor<T>& x, const Slices& slices, CallSite site) {
  Inputs in(Sliced::traits.name, site, x);
  const Cut c = cut(x.shape(), slices, site);
  Tensor<T> y;
  if (c.leading_rows) {
    y = in.view_of(snapshot(x), c.result, static_cast<std::size_t>(c.start));
  } else {
    y = in.template output<T>(c.result);
    kernels::copy(y.mutable_data(), x.data() + c.start, c.strides, c.kept);
  }
  if (in) {
    in.record(y, Sliced{slices},
              adjoint_and_tangent(
                  [slices](Sweep& sweep, const Tensor<T>& g) {
                    if (!sweep.recording) return add_to_part(sweep, g, slices);
                    sweep.add(0, unslice(g, slices, sweep.shape(0), CallSite{}));
                  },
                  [slices](const Push& push) { return slice(push.tangent<T>(0), slices); }));
  }
  return y;
}

// ---- flip, split, chunk: slices
namespace {

Slices whole(const Shape& shape) {
  Slices slices;
  for (const std::size_t length : shape) slices.push_back({0, 1, length, false});
  return slices;
}

// Parts along an axis, from each of the places to the next one or the end.
template <Real T>
std::vector<Tensor<T>> parts_from(const Tensor<T>& x, std::size_t axis, const std::vector<std::size_t>& places,
                                  const CallSite& site) {
  std::vector<Tensor<T>> parts;
  Slices slices = whole(x.shape());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t end = i + 1 < places.size() ? places[i + 1] : x.shape()[axis];
    slices[axis] = {static_cast<long>(places[i]), 1, end > places[i] ? end - places[i] : 0, false};
    parts.push_back(slice(x, slices, site));
  }
  return parts;
}

// As many lengths one after the other as fit below `end`, at least one.
std::vector<std::size_t> steps_of(std::size_t length, std::size_t end) {
  std::vector<std::size_t> places{0};
  while (length && places.back() + length < end) places.push_back(places.back() + length);
  return places;
}

void check_parts(std::string_view op, long parts, const CallSite& site) {
  if (parts > 0) return;
  throw ShapeError(std::string(op) + ": " + std::to_string(parts) + " parts cannot be made" + text(site) +
                   ". Ask for 1 or more");
}

}  // namespace

template <Real T>
Tensor<T> flip(const Tensor<T>& x, const Axes& axes, CallSite site) {
  if (!x) fail_empty("flip", site);
  const ShortVector<char, 8> meant = checked_axes("flip", axes, x.rank(), site);
  Slices slices = whole(x.shape());
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (axes.empty() || meant[i]) slices[i] = {static_cast<long>(x.shape()[i]) - 1, -1, x.shape()[i], false};
  }
  return slice(x, slices, site);
}

template <Real T>
std::vector<Tensor<T>> engine::equal_parts(const Tensor<T>& x, long parts, long axis, CallSite site) {
  if (!x) fail_empty("split", site);
  const std::size_t along = checked_axis("split", axis, x.rank(), site);
  check_parts("split", parts, site);
  const std::size_t length = x.shape()[along], count = static_cast<std::size_t>(parts);
  if (length % count) {
    throw ShapeError("split: axis " + std::to_string(along) + " of shape " + text(x.shape()) + " does not make " +
                     std::to_string(parts) + " parts of one length" + text(site) +
                     ". With chunk(x, " + std::to_string(parts) + ") the last one is shorter");
  }
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places.push_back(i * (length / count));
  return parts_from(x, along, places, site);
}

template <Real T>
std::vector<Tensor<T>> split(const Tensor<T>& x, const std::vector<long>& places, long axis, CallSite site) {
  if (!x) fail_empty("split", site);
  const std::size_t along = checked_axis("split", axis, x.rank(), site);
  const long length = static_cast<long>(x.shape()[along]);
  std::vector<std::size_t> begins{0};
  for (const long place : places) {
    begins.push_back(static_cast<std::size_t>(std::clamp(place < 0 ? place + length : place, 0L, length)));
  }
  return parts_from(x, along, begins, site);
}

template <Real T>
std::vector<Tensor<T>> chunk(const Tensor<T>& x, long parts, long axis, CallSite site) {
  if (!x) fail_empty("chunk", site);
  const std::size_t along = checked_axis("chunk", axis, x.rank(), site);
  check_parts("chunk", parts, site);
  const std::size_t length = x.shape()[along], count = static_cast<std::size_t>(parts);
  return parts_from(x, along, steps_of(length / count + (length % count != 0), length), site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SliceOps {
  using X = const Tensor<T>&;
  using Parts = std::vector<Tensor<T>>;
  static constexpr std::tuple functions{Function<Tensor<T>(X, const Slices&, CallSite)>(slice),
                                        Function<Tensor<T>(X, const Axes&, CallSite)>(flip),
                                        Function<Parts(X, long, long, CallSite)>(equal_parts),
                                        Function<Parts(X, const std::vector<long>&, long, CallSite)>(split),
                                        Function<Parts(X, long, long, CallSite)>(chunk)};
};
template struct SliceOps<float>;
template struct SliceOps<double>;

}  // namespace tapegrad
