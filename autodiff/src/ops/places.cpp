// Reading, adding and writing at places along an axis: what ops on indices are made of.
#include "ops/places.h"

#include "kernels/lines.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tensor/choices.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

Shape Places::result() const {
  if (!shared) return indices.shape();
  ShortVector<std::size_t, 8> axes(whole.begin(), whole.begin() + axis);
  for (const std::size_t length : indices.shape()) axes.push_back(length);
  for (std::size_t i = axis + 1; i < whole.rank(); ++i) axes.push_back(whole[i]);
  return Shape(axes);
}

Places Places::of_each(const Batch& b) const {
  if (shared) return {indices, b + whole, b.axis(axis), true};
  return {repeated(indices, b + indices.shape()), b + whole, b.axis(axis), false};
}

kernels::Lookup Places::lookup() const {
  const auto [outer, length, inner] = kernels::lines_along(whole, axis);
  return {indices.data(), outer, length, inner, shared ? indices.size() : indices.shape()[axis], shared};
}

namespace {

// Tells apart the writers of each place: which elements were written, and which of the sources stayed.
struct Written {
  Mask written, stayed;  // these broadcast to the whole and to the source
  bool all_stayed = true;
  explicit Written(const Places& places);
};

// Axes of a list of places, and those behind the axis as 1: so it broadcasts against rows.
Shape across(const Shape& list, const Places& places) {
  ShortVector<std::size_t, 8> axes(list.begin(), list.end());
  for (std::size_t i = places.axis + 1; places.shared && i < places.whole.rank(); ++i) axes.push_back(1);
  return Shape(axes);
}

Written::Written(const Places& places)
    : written(places.shared ? across({places.whole[places.axis]}, places) : places.whole),
      stayed(across(places.indices.shape(), places)) {
  const kernels::Lookup look = places.lookup();
  Indices writer(written.shape());
  std::fill_n(stayed.mutable_data(), stayed.size(), false);
  kernels::find_writers(writer.mutable_data(), look);
  std::size_t last = 0;
  for (std::size_t i = 0; i < writer.size(); ++i) {
    written.mutable_data()[i] = writer.data()[i] >= 0;
    if (writer.data()[i] < 0) continue;
    stayed.mutable_data()[writer.data()[i]] = true;
    ++last;
  }
  all_stayed = last == stayed.size();
}

}  // namespace

void fail_outside(std::string_view op, const Indices& indices, std::size_t axis, const Shape& whole, bool negative,
                  const CallSite& site) {
  const auto length = static_cast<std::int64_t>(whole[axis]);
  const std::int32_t* const first = indices.data();
  const std::int32_t* const found = std::find_if(first, first + indices.size(), [=](std::int64_t index) {
    return index < (negative ? -length : 0) || index >= length;
  });
  throw ShapeError(
      std::string(op) + ": index " + std::to_string(*found) + " at " +
      place_text(static_cast<std::size_t>(found - first), indices.shape()) + " is outside of axis " +
      std::to_string(axis) + " of shape " + text(whole) + ", whose length is " + std::to_string(length) + text(site) +
      (length == 0
           ? std::string()
           : ". Indices are from " + std::to_string(negative ? -length : 0) + " to " + std::to_string(length - 1)));
}

void require_inside(std::string_view op, const Places& places, const CallSite& site) {
  if (!kernels::inside(places.lookup())) fail_outside(op, places.indices, places.axis, places.whole, true, site);
}

// ---- take: y = x at the places      dx = zeros with dy added there
namespace {
struct Take {
  static constexpr OpTraits traits{
      .name = "take",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x at the indices", "x \\text{ at the indices}"},
                               {"x", {"g added at the indices", "g \\text{ added at the indices}"}})};
  Places places;
  auto operator()(const auto& x) const { return take_at(traits.name, x[0], places, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const {
    return take_at(traits.name, x[0], places.of_each(b), CallSite{});
  }
};
}  // namespace

template <Real T>
void TakeRule<T>::operator()(Sweep& sweep, const Tensor<T>& g) const {
  if (!sweep.wants(0)) return;
  if (sweep.recording) return sweep.add(0, add_at(names::scatter_add, Tensor<T>(), g, places, CallSite{}));
  bool accumulate = false;
  T* const into = sweep.into<T>(0, accumulate);
  if (!accumulate) std::fill_n(into, places.whole.size(), T(0));
  kernels::add_at(into, g.data(), places.lookup());
}
template <Real T>
template <Real>
Tensor<T> TakeRule<T>::tangent(const Push& push) const {
  return take_at(names::take, push.tangent<T>(0), places, CallSite{});
}

template <Real T>
Tensor<T> take_at(std::string_view op, const Tensor<T>& x, const Places& places, const CallSite& site) {
  Inputs in(op, site, x);
  Tensor<T> y = in.template output<T>(places.result());
  if (!kernels::take(y.mutable_data(), x.data(), places.lookup())) {
    fail_outside(op, places.indices, places.axis, places.whole, true, site);
  }
  if (in) in.record(y, Take{places}, TakeRule<T>{places});
  return y;
}

// ---- scatter_add: y = x, or zeros, with s added at the places      dx = dy, ds = dy at the places
namespace {
struct ScatterAdd {
  static constexpr OpTraits traits{
      .name = "scatter_add",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x with s added at the indices", "x \\text{ with } s \\text{ added at the indices}"},
                               {"x", {"g", "g"}}, {"s", {"g at the indices", "g \\text{ at the indices}"}})};
  Places places;
  auto operator()(const auto& x) const { return add_at(traits.name, x[0], x[1], places, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const {
    const auto all = b.whole(x);
    return add_at(traits.name, all[0], all[1], places.of_each(b), CallSite{});
  }
};
// The same onto zeros.
struct AddedToZeros {
  static constexpr OpTraits traits{
      .name = "scatter_add to zeros",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x added at the indices to zeros", "x \\text{ added at the indices to zeros}"},
                               {"x", {"g at the indices", "g \\text{ at the indices}"}})};
  Places places;
  auto operator()(const auto& x) const {
    return add_at(traits.name, std::decay_t<decltype(x[0])>(), x[0], places, CallSite{});
  }
  auto batched(const auto& x, const Batch& b) const {
    return add_at(traits.name, std::decay_t<decltype(x[0])>(), x[0], places.of_each(b), CallSite{});
  }
};
template <Real T>
struct AddRule {
  Places places;
  bool onto;  // x, which is input 0; the source is the last
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (onto) sweep.add(0, g);
    if (sweep.wants(onto)) sweep.add(onto, take_at(names::take, g, places, CallSite{}));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    if (onto && !push.has(1)) return push.tangent<T>(0);
    return add_at(names::scatter_add, onto && push.has(0) ? push.tangent<T>(0) : Tensor<T>(), push.tangent<T>(onto),
                  places, CallSite{});
  }
};
}  // namespace

template <Real T>
Tensor<T> add_at(std::string_view op, const Tensor<T>& x, const Tensor<T>& source, const Places& places,
                 const CallSite& site) {
  const auto added = [&](const auto& in) {
    Tensor<T> y = in.template output<T>(places.whole);
    if (x) std::copy_n(x.data(), x.size(), y.mutable_data());
    else std::fill_n(y.mutable_data(), y.size(), T(0));
    kernels::add_at(y.mutable_data(), source.data(), places.lookup());
    return y;
  };
  if (!x) {
    Inputs in(op, site, source);
    Tensor<T> y = added(in);
    if (in) in.record(y, AddedToZeros{places}, AddRule<T>{places, false});
    return y;
  }
  Inputs in(op, site, x, source);
  Tensor<T> y = added(in);
  if (in) in.record(y, ScatterAdd{places}, AddRule<T>{places, true});
  return y;
}

// ---- scatter: y = x with s written at the places      dx = dy, 0 there; ds = dy there, 0 for what was written over
namespace {
struct Scatter {
  static constexpr OpTraits traits{
      .name = "scatter",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints(
          {"x with s at the indices", "x \\text{ with } s \\text{ at the indices}"},
          {"x", {"g, 0 at the indices", "g, 0 \\text{ at the indices}"}},
          {"s", {"g at the indices, 0 where not the last", "g \\text{ at the indices, 0 where not the last}"}})};
  Places places;
  auto operator()(const auto& x) const { return put_at(traits.name, x[0], x[1], places, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const {
    const auto all = b.whole(x);
    return put_at(traits.name, all[0], all[1], places.of_each(b), CallSite{});
  }
};
template <Real T>
struct PutRule {
  Places places;
  Written who;
  Tensor<T> kept(const Tensor<T>& x) const { return where(who.written, Tensor<T>(T(0)), x); }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (sweep.wants(0)) sweep.add(0, kept(g));
    if (!sweep.wants(1)) return;
    const Tensor<T> there = take_at(names::take, g, places, CallSite{});
    sweep.add(1, who.all_stayed ? there : where(who.stayed, there, Tensor<T>(T(0))));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    if (!push.has(1)) return kept(push.tangent<T>(0));
    return put_at(names::scatter, push.has(0) ? push.tangent<T>(0) : Tensor<T>::full(places.whole, 0),
                  push.tangent<T>(1), places, CallSite{});
  }
};
}  // namespace

template <Real T>
Tensor<T> put_at(std::string_view op, const Tensor<T>& x, const Tensor<T>& source, const Places& places,
                 const CallSite& site) {
  Inputs in(op, site, x, source);
  Tensor<T> y = in.template output<T>(places.whole);
  std::copy_n(x.data(), x.size(), y.mutable_data());
  kernels::put_at(y.mutable_data(), source.data(), places.lookup());
  if (in) in.record(y, Scatter{places}, PutRule<T>{places, Written(places)});
  return y;
}

const std::string_view names::take = Take::traits.name;
const std::string_view names::scatter = Scatter::traits.name;
const std::string_view names::scatter_add = ScatterAdd::traits.name;

// All that this file compiles, once for float and once for double.
template <Real T>
struct PlacesOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(std::string_view, X, const Places&, const CallSite&)>(take_at),
      Function<Tensor<T>(std::string_view, X, X, const Places&, const CallSite&)>(add_at),
      Function<Tensor<T>(std::string_view, X, X, const Places&, const CallSite&)>(put_at)};
};
template struct PlacesOps<float>;
template struct PlacesOps<double>;
template struct TakeRule<float>;
template struct TakeRule<double>;
template Tensor<float> TakeRule<float>::tangent<float>(const Push&) const;
template Tensor<double> TakeRule<double>::tangent<double>(const Push&) const;

}  // namespace tapegrad
