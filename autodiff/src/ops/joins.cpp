// Tensors put together from others, each of which is copied once.
#include "kernels/copy.h"
#include "kernels/scratch.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- concatenate: each part's adjoint is its slice of dy
namespace {
struct Concatenate {
  static constexpr OpTraits traits{
      .name = "concatenate",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x and what follows", "x \\text{ and what follows}"},
                               {"x", {"its part of g", "\\text{its part of } g"}})};
  long axis;
  auto operator()(const auto& x) const { return concatenate(x, axis); }
  auto batched(const auto& x, const Batch& b) const { return concatenate(b.whole(x), b.axis(axis)); }
};
struct Stack {
  static constexpr OpTraits traits{
      .name = "stack",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x beside others", "x \\text{ beside others}"},
                               {"x", {"its place in g", "\\text{its place in } g"}})};
  long axis;
  auto operator()(const auto& x) const { return stack(x, axis); }
  auto batched(const auto& x, const Batch& b) const { return stack(b.whole(x), b.axis(axis)); }
};

// The shape of all parts one after the other.
template <Real T>
Shape joined(const std::vector<Tensor<T>>& parts, std::size_t along, long axis, const CallSite& site) {
  std::vector<std::size_t> shape = parts[0].shape().vector();
  shape[along] = 0;
  for (const Tensor<T>& part : parts) {
    const std::vector<std::size_t> other = part.shape().vector();
    bool fits = other.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = i == along || other[i] == shape[i];
    if (!fits) {
      throw ShapeError("concatenate: shapes " + text(parts[0].shape()) + " and " + text(part.shape()) +
                       " differ on another axis than " + std::to_string(axis) + text(site));
    }
    shape[along] += other[along];
  }
  return Shape(shape, "concatenate", site);
}

// What is put together along an axis: the parts, and where they are in the result.
template <Real T>
struct Layout {
  std::size_t along;
  kernels::List<std::size_t> lengths;  // along that axis
  bool stacked;               // the parts do not have it

  Layout(const std::vector<Tensor<T>>& parts, std::size_t axis, bool is_new) : along(axis), stacked(is_new) {
    lengths.reserve(parts.size());
    for (const Tensor<T>& part : parts) lengths.push_back(is_new ? 1 : part.shape()[axis]);
  }
  void fill(Tensor<T>& y, const std::vector<Tensor<T>>& parts) const {
    std::size_t rows = 1, inner = 1, width = 0;
    for (std::size_t i = 0; i < y.rank(); ++i) (i < along ? rows : inner) *= i == along ? 1 : y.shape()[i];
    kernels::List<kernels::Part<T>> columns;
    columns.reserve(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      columns.push_back({parts[i].data(), width, lengths[i] * inner});
      width += columns.back().width;
    }
    kernels::join(y.mutable_data(), std::span<const kernels::Part<T>>(columns), rows, width);
  }
};

// The rule of what is put together: each part has its slice of the adjoint, and of the tangent.
template <class Op, Real T>
struct Joined {
  Layout<T> layout;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    Slices part;
    for (const std::size_t length : g.shape()) part.push_back({0, 1, length, false});
    long begin = 0;
    for (std::size_t i = 0; i < layout.lengths.size(); ++i) {
      part[layout.along] = {begin, 1, layout.lengths[i], layout.stacked};
      if (sweep.wants(i)) sweep.add(i, slice(g, part));
      begin += static_cast<long>(layout.lengths[i]);
    }
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    std::vector<Tensor<T>> parts;
    for (std::size_t i = 0; i < layout.lengths.size(); ++i) {
      ShortVector<std::size_t, 8> shape;
      for (std::size_t k = 0; k < push.shape().rank(); ++k) {
        if (k != layout.along) shape.push_back(push.shape()[k]);
        else if (!layout.stacked) shape.push_back(layout.lengths[i]);
      }
      parts.push_back(push.has(i) ? push.tangent<T>(i) : Tensor<T>::full(Shape(shape), 0));
    }
    return Op{static_cast<long>(layout.along)}(parts);
  }
};
}  // namespace

template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis, CallSite site) {
  if (parts.empty()) throw ShapeError("concatenate: there are no parts" + text(site));
  Inputs in(Concatenate::traits.name, site, parts);
  const std::size_t along = checked_axis("concatenate", axis, parts[0].rank(), site);
  Tensor<T> y = in.template output<T>(joined(parts, along, axis, site));
  Layout<T> layout(parts, along, false);
  layout.fill(y, parts);
  if (in) in.record(y, Concatenate{axis}, Joined<Concatenate, T>{std::move(layout)});
  return y;
}

// ---- stack: along a new axis
template <Real T>
Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis, CallSite site) {
  if (parts.empty()) throw ShapeError("stack: there are no parts" + text(site));
  Inputs in(Stack::traits.name, site, parts);
  const std::size_t along = checked_axis("stack", axis, parts[0].rank() + 1, site);
  for (const Tensor<T>& part : parts) {
    if (part.shape() == parts[0].shape()) continue;
    throw ShapeError("stack: all parts need one shape, but they are " + text(parts[0].shape()) + " and " +
                     text(part.shape()) + text(site));
  }
  std::vector<std::size_t> shape = parts[0].shape().vector();
  shape.insert(shape.begin() + static_cast<long>(along), parts.size());
  Tensor<T> y = in.template output<T>(Shape(shape));
  Layout<T> layout(parts, along, true);
  layout.fill(y, parts);
  if (in) in.record(y, Stack{axis}, Joined<Stack, T>{std::move(layout)});
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct Joins {
  static constexpr std::tuple functions{
      Function<Tensor<T>(const std::vector<Tensor<T>>&, long, CallSite)>(concatenate),
      Function<Tensor<T>(const std::vector<Tensor<T>>&, long, CallSite)>(stack)};
};
template struct Joins<float>;
template struct Joins<double>;

}  // namespace tapegrad
