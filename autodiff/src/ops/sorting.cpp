// Ops that put elements in order. Each gives elements of x, so that its rule is that of take: a sort records where its
// elements stood.
#include "tapegrad/ops/sorting.h"

#include <limits>

#include "engine/trace.h"
#include "kernels/sort.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/places.h"
#include "tensor/choices.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// The lines along an axis, whose places fit into 32 bits.
kernels::Lines lines_along(std::string_view op, const Shape& shape, std::size_t axis, const CallSite& site) {
  const kernels::Lines lines = kernels::lines_along(shape, axis);
  if (lines.length > std::size_t(std::numeric_limits<std::int32_t>::max())) {
    throw ShapeError(std::string(op) + ": " + std::to_string(lines.length) + " places do not fit into 32 bits" +
                     text(site));
  }
  return lines;
}

template <Real T>
std::size_t checked_axis(std::string_view op, const Tensor<T>& x, long axis, const CallSite& site) {
  if (!x) fail_empty(op, site);
  return axis_of(op, x.shape(), axis, site);
}

}  // namespace

// ---- sort: y = x at the places of argsort      dx = dy put back there
namespace {
struct Sort {
  static constexpr OpTraits traits{
      .name = "sort",
      .cuts = true,
      .formula = with_adjoints({"x in order", "x \\text{ in order}"},
                               {"x", {"g where the elements stood", "g \\text{ where the elements stood}"}})};
  long axis;
  SortOptions options;
  auto operator()(const auto& x) const { return sort(x[0], axis, options); }
  auto batched(const auto& x, const Batch& b) const { return sort(x[0], b.axis(axis), options); }
};
}  // namespace

template <Real T>
Tensor<T> sort(const Tensor<T>& x, long axis, SortOptions options, CallSite site) {
  constexpr std::string_view name = Sort::traits.name;
  Inputs in(name, site, x);
  const std::size_t at = axis_of(name, x.shape(), axis, site);
  const kernels::Lines lines = lines_along(name, x.shape(), at, site);
  Tensor<T> y = in.template output<T>(x.shape());
  if (!in) {
    kernels::sort_lines<T>(y.mutable_data(), nullptr, x.data(), lines, options.descending);
    return y;
  }
  Indices places(x.shape());
  kernels::sort_lines(y.mutable_data(), places.mutable_data(), x.data(), lines, options.descending);
  in.record(y, Sort{axis, options}, TakeRule<T>{{places, x.shape(), at, false}});
  return y;
}

// ---- argsort: places, no gradient
namespace {
struct Argsort {
  static constexpr OpTraits traits{.name = "argsort", .no_derivative = "a place has no derivative"};
};
}  // namespace

template <Real T>
Indices argsort(const Tensor<T>& x, long axis, SortOptions options, CallSite site) {
  constexpr std::string_view name = Argsort::traits.name;
  const std::size_t at = checked_axis(name, x, axis, site);
  Indices places(x.shape());
  kernels::sort_lines<T>(nullptr, places.mutable_data(), x.data(), lines_along(name, x.shape(), at, site),
                         options.descending);
  record_read<Argsort>(places.shape(), site, x.node());
  return places;
}

// ---- topk: the first k of a sort      dx = dy put back there
namespace {
struct Topk {
  static constexpr OpTraits traits{
      .name = "topk",
      .cuts = true,
      .formula = with_adjoints({"the first of x in order", "\\text{the first of } x \\text{ in order}"},
                               {"x", {"g where they stood, else 0", "g \\text{ where they stood, else } 0"}})};
  std::size_t k;
  long axis;
  TopkOptions options;
  auto operator()(const auto& x) const { return topk(x[0], k, axis, options).values; }
  auto batched(const auto& x, const Batch& b) const { return topk(x[0], k, b.axis(axis), options).values; }
};
}  // namespace

template <Real T>
ValuesAndIndices<T> topk(const Tensor<T>& x, std::size_t k, long axis, TopkOptions options, CallSite site) {
  constexpr std::string_view name = Topk::traits.name;
  Inputs in(name, site, x);
  const std::size_t at = axis_of(name, x.shape(), axis, site);
  if (k > x.shape()[at]) {
    throw ShapeError(std::string(name) + ": k is " + std::to_string(k) + ", but axis " + std::to_string(axis) +
                     " of shape " + text(x.shape()) + " has only " + std::to_string(x.shape()[at]) + " elements" +
                     text(site));
  }
  const Shape shape = with_length(x.shape(), at, k);
  Tensor<T> y = in.template output<T>(shape);
  Indices places(shape);
  kernels::first_of_lines(y.mutable_data(), places.mutable_data(), x.data(), lines_along(name, x.shape(), at, site), k,
                          options.largest);
  if (in) in.record(y, Topk{k, axis, options}, TakeRule<T>{{places, x.shape(), at, false}});
  note_read(name, site, {x.node()});
  return {y, places};
}

// ---- kthvalue: element k of a sort      dx = dy put back there
namespace {
struct Kthvalue {
  static constexpr OpTraits traits{
      .name = "kthvalue",
      .cuts = true,
      .formula = with_adjoints({"one of x in order", "\\text{one of } x \\text{ in order}"},
                               {"x", {"g where it stood, else 0", "g \\text{ where it stood, else } 0"}})};
  std::size_t k;
  long axis;
  auto operator()(const auto& x) const { return kthvalue(x[0], k, axis).values; }
  auto batched(const auto& x, const Batch& b) const { return kthvalue(x[0], k, b.axis(axis)).values; }
};

// The rule for a result without the axis.
template <Real T>
struct DroppedAxisRule {
  TakeRule<T> rule;
  Shape kept;
  void operator()(Sweep& sweep, const Tensor<T>& g) const { rule(sweep, reshape(g, kept)); }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return reshape(rule.template tangent<T>(push), push.shape());
  }
};
}  // namespace

template <Real T>
ValuesAndIndices<T> kthvalue(const Tensor<T>& x, std::size_t k, long axis, CallSite site) {
  constexpr std::string_view name = Kthvalue::traits.name;
  Inputs in(name, site, x);
  const std::size_t at = axis_of(name, x.shape(), axis, site);
  if (k == 0 || k > x.shape()[at]) {
    throw ShapeError(std::string(name) + ": k is " + std::to_string(k) + ", but axis " + std::to_string(axis) +
                     " of shape " + text(x.shape()) + " has " + std::to_string(x.shape()[at]) +
                     " elements, which are counted from 1" + text(site));
  }
  const Shape kept = with_length(x.shape(), at, 1);
  ShortVector<std::size_t, 8> axes;
  for (std::size_t i = 0; i < kept.rank(); ++i) {
    if (i != at) axes.push_back(kept[i]);
  }
  const Shape result(axes);
  Tensor<T> y = in.template output<T>(result);
  Indices places(kept);
  kernels::one_of_lines(y.mutable_data(), places.mutable_data(), x.data(), lines_along(name, x.shape(), at, site),
                        k - 1);
  if (in) in.record(y, Kthvalue{k, axis}, DroppedAxisRule<T>{{{places, x.shape(), at, false}}, kept});
  note_read(name, site, {x.node()});
  return {y, reshaped(places, result)};
}

// ---- unique: the different elements in order      dx = dy at the first of each
namespace {
struct UniqueValues {
  static constexpr OpTraits traits{
      .name = "unique",
      .cuts = true,
      .formula = with_adjoints({"the different elements of x", "\\text{the different elements of } x"},
                               {"x", {"g at the first of each, else 0", "g \\text{ at the first of each, else } 0"}})};
  auto operator()(const auto& x) const { return unique(x[0]).values; }
};
// The rule for a result of all elements of x in their order.
template <Real T>
struct FlatRule {
  Places places;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (!sweep.wants(0)) return;
    sweep.add(0, reshape(add_at(names::scatter_add, Tensor<T>(), g, places, CallSite{}), sweep.shape(0)));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return take_at(names::take, reshape(push.tangent<T>(0), places.whole), places, CallSite{});
  }
};
}  // namespace

template <Real T>
Unique<T> unique(const Tensor<T>& x, CallSite site) {
  constexpr std::string_view name = UniqueValues::traits.name;
  Inputs in(name, site, x);
  const Shape flat{x.size()};
  Indices order(flat), inverse(x.shape());
  kernels::sort_lines<T>(nullptr, order.mutable_data(), x.data(), lines_along(name, flat, 0, site), false);
  const auto at = [&](std::size_t k) { return x.data()[order.data()[k]]; };
  const auto differs = [&](std::size_t k) {
    return k == 0 || (at(k) != at(k - 1) && !(at(k) != at(k) && at(k - 1) != at(k - 1)));
  };
  std::size_t count = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    count += differs(k);
    inverse.mutable_data()[order.data()[k]] = static_cast<std::int32_t>(count - 1);
  }
  Unique<T> result{in.template output<T>({count}), Indices(Shape{count}), inverse, Indices(Shape{count})};
  std::fill_n(result.counts.mutable_data(), count, 0);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const std::int32_t place = order.data()[k], group = inverse.data()[place];
    if (result.counts.mutable_data()[group]++ == 0) {
      result.first.mutable_data()[group] = place;
      result.values.mutable_data()[group] = x.data()[place];
    }
  }
  if (in) in.record(result.values, UniqueValues{}, FlatRule<T>{{result.first, flat, 0, true}});
  note_read(name, site, {x.node()});
  return result;
}

// ---- searchsorted: places, no gradient
namespace {
struct Searchsorted {
  static constexpr OpTraits traits{.name = "searchsorted", .no_derivative = "a place has no derivative"};
};
}  // namespace

template <Real T>
Indices searchsorted(const Tensor<T>& sorted, const std::type_identity_t<Tensor<T>>& values, SearchOptions options,
                     CallSite site) {
  constexpr std::string_view name = Searchsorted::traits.name;
  if (!sorted || !values) fail_empty(name, site);
  if (sorted.rank() != 1) {
    throw ShapeError(std::string(name) + ": the sorted list must have one axis, but its shape is " +
                     text(sorted.shape()) + text(site));
  }
  lines_along(name, sorted.shape(), 0, site);
  const T *const first = sorted.data(), *const last = first + sorted.size();
  const auto less = [](T a, T b) { return a < b || (b != b && a == a); };  // NaN is above all
  const T* const wrong = std::is_sorted_until(first, last, less);
  if (wrong != last) {
    throw DomainError(std::string(name) + ": the list is not sorted: element " + std::to_string(wrong - first) + ", " +
                      std::to_string(*wrong) + ", is below the one before it, " + std::to_string(wrong[-1]) +
                      text(site) + ". Use sort(x)");
  }
  Indices places(values.shape());
  kernels::parallel(values.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T value = values.data()[i];
      const T* const at =
          options.right ? std::upper_bound(first, last, value, less) : std::lower_bound(first, last, value, less);
      places.mutable_data()[i] = static_cast<std::int32_t>(at - first);
    }
  });
  record_read<Searchsorted>(places.shape(), site, sorted.node(), values.node());
  return places;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SortingOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, long, SortOptions, CallSite)>(sort),
      Function<Indices(X, long, SortOptions, CallSite)>(argsort),
      Function<ValuesAndIndices<T>(X, std::size_t, long, TopkOptions, CallSite)>(topk),
      Function<ValuesAndIndices<T>(X, std::size_t, long, CallSite)>(kthvalue),
      Function<Unique<T>(X, CallSite)>(unique),
      Function<Indices(X, X, SearchOptions, CallSite)>(searchsorted<T>)};
};
template struct SortingOps<float>;
template struct SortingOps<double>;

}  // namespace tapegrad
