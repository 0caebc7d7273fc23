// Ops that move elements without changing them.
#include <algorithm>

#include "ops/instances.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

std::size_t checked_axis(std::string_view op, long axis, std::size_t rank, const CallSite& site) {
  const long place = axis < 0 ? axis + static_cast<long>(rank) : axis;
  if (place < 0 || place >= static_cast<long>(rank)) {
    throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " does not exist in rank " +
                     std::to_string(rank) + text(site));
  }
  return static_cast<std::size_t>(place);
}

// The shape that is meant: -1 stands for what the other lengths leave of x's elements.
Shape filled(const Extents& extents, const Shape& x, const CallSite& site) {
  ShortVector<std::size_t, 8> axes;
  std::size_t known = 1, open = extents.lengths().size();
  bool wraps = false;
  for (const long length : extents.lengths()) {
    if (length < -1 || (length == -1 && open < extents.lengths().size())) {
      throw ShapeError("reshape: " + (length == -1 ? "-1 is given twice" : std::to_string(length) + " is no length") +
                       text(site) + ". One length may be -1, for what is left of the elements");
    }
    if (length == -1) open = axes.size();
    else wraps |= __builtin_mul_overflow(known, static_cast<std::size_t>(length), &known);
    axes.push_back(length == -1 ? 1 : static_cast<std::size_t>(length));
  }
  if (open == axes.size()) return Shape(axes, "reshape", site);
  if (wraps || known == 0 || x.size() % known) {
    throw ShapeError("reshape: shape " + text(x) + " has " + std::to_string(x.size()) +
                     " elements, which the other lengths, " + (wraps ? "more than 2^64" : std::to_string(known)) +
                     " together, do not divide" + text(site));
  }
  axes[open] = x.size() / known;
  return Shape(axes, "reshape", site);
}

}  // namespace

// ---- reshape: dx = reshape(dy)
namespace {
struct Reshape {
  static constexpr OpTraits traits{
      .name = "reshape",
      .depends = Depends::rearranged,
      .formula = with_adjoints({"x in another shape", "x \\text{ in another shape}"},
                               {"x", {"g in its own shape", "g \\text{ in its own shape}"}})};
  Shape shape;
  auto operator()(const auto& x) const { return reshape(x[0], shape); }
};
}  // namespace

template <Real T>
Tensor<T> reshape(const Tensor<T>& x, const Extents& extents, CallSite site) {
  Inputs in(Reshape::traits.name, site, x);
  const Shape shape = filled(extents, x.shape(), site);
  if (shape.size() != x.size()) {
    throw ShapeError("reshape: shape " + text(x.shape()) + " has " + std::to_string(x.size()) + " elements, but " +
                     text(shape) + " has " + std::to_string(shape.size()) + text(site));
  }
  Tensor<T> y = in.view_of(snapshot(x), shape, 0);
  if (in) {
    in.record(y, Reshape{shape},
              adjoint_and_tangent([](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, reshape(g, sweep.shape(0))); },
                                  [](const Push& push) { return reshape(push.tangent<T>(0), push.shape()); }));
  }
  return y;
}

// ---- transpose: y[i_order] = x[i]     dx = transpose(dy, inverse order)
namespace {
struct Transpose {
  static constexpr OpTraits traits{.name = "transpose",
                                   .depends = Depends::rearranged,
                                   .formula = with_adjoints({"x^T", "x^\\top"}, {"x", {"g^T", "g^\\top"}})};
  Axes order;
  auto operator()(const auto& x) const { return transpose(x[0], order); }
};
}  // namespace

template <Real T>
Tensor<T> transpose(const Tensor<T>& x, const Axes& order, CallSite site) {
  Inputs in(Transpose::traits.name, site, x);
  const std::size_t rank = x.rank();
  if (order.size() != rank) {
    throw ShapeError("transpose: " + std::to_string(order.size()) + " axes for shape " + text(x.shape()) + text(site));
  }
  ShortVector<std::size_t, 8> shape(rank);
  Axes inverse = Axes::filled(rank, -1);
  const kernels::Strides own = kernels::strides_of(x.shape());
  kernels::Strides strides(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t axis = checked_axis("transpose", order[i], rank, site);
    if (inverse[axis] != -1) {
      throw ShapeError("transpose: axis " + std::to_string(order[i]) + " is given twice" + text(site));
    }
    inverse[axis] = static_cast<long>(i);
    shape[i] = x.shape()[axis];
    strides[i] = own[axis];
  }
  Tensor<T> y = in.template output<T>(Shape(shape));
  kernels::copy_strided(y.mutable_data(), y.shape(), x.data(), strides, 0);
  if (in) {
    in.record(y, Transpose{order},
              adjoint_and_tangent([inverse](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, transpose(g, inverse)); },
                                  [order](const Push& push) { return transpose(push.tangent<T>(0), order); }));
  }
  return y;
}
template <Real T>
Tensor<T> transpose(const Tensor<T>& x, CallSite site) {
  if (!x) fail_empty(Transpose::traits.name, site);
  Axes order = Axes::filled(x.rank(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<long>(order.size() - 1 - i);
  return transpose(x, order, site);
}

// ---- concatenate: each part's adjoint is its slice of dy
namespace {
struct Concatenate {
  static constexpr OpTraits traits{
      .name = "concatenate",
      .depends = Depends::rearranged,
      .cuts = true,
      .formula = with_adjoints({"x and what follows", "x \\text{ and what follows}"},
                               {"x", {"its part of g", "\\text{its part of } g"}})};
  long axis;
  auto operator()(const auto& x) const { return concatenate(x, axis); }
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

template <Real T>
std::vector<std::size_t> lengths_of(const std::vector<Tensor<T>>& parts, std::size_t along) {
  std::vector<std::size_t> lengths;
  for (const Tensor<T>& part : parts) lengths.push_back(part.shape()[along]);
  return lengths;
}

// The rule of concatenate: each part has its slice of the adjoint, and of the tangent.
template <Real T>
struct Joined {
  Slices whole;
  std::size_t along;
  std::vector<std::size_t> lengths;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    Slices part = whole;
    long begin = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      part[along] = {begin, 1, lengths[i], false};
      if (sweep.wants(i)) sweep.add(i, slice(g, part));
      begin += static_cast<long>(lengths[i]);
    }
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    std::vector<Tensor<T>> parts;
    std::vector<std::size_t> shape = push.shape().vector();
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      shape[along] = lengths[i];
      parts.push_back(push.has(i) ? push.tangent<T>(i) : Tensor<T>::full(Shape(shape), 0));
    }
    return concatenate(parts, static_cast<long>(along));
  }
};
}  // namespace

template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis, CallSite site) {
  if (parts.empty()) throw ShapeError("concatenate: there are no parts" + text(site));
  Inputs in(Concatenate::traits.name, site, parts);
  const std::size_t along = checked_axis("concatenate", axis, parts[0].rank(), site);
  const Shape shape = joined(parts, along, axis, site);
  Tensor<T> y = in.template output<T>(shape);
  std::fill_n(y.mutable_data(), y.size(), T(0));
  const kernels::Strides strides = kernels::strides_of(shape);
  Slices whole(shape.rank());
  for (std::size_t i = 0; i < shape.rank(); ++i) whole[i] = {0, 1, shape[i], false};
  long start = 0;
  for (const Tensor<T>& part : parts) {
    kernels::add_strided(y.mutable_data(), strides, start * strides[along], part.data(), part.shape());
    start += static_cast<long>(part.shape()[along]);
  }
  if (in) in.record(y, Concatenate{axis}, Joined<T>{whole, along, lengths_of(parts, along)});
  return y;
}

// ---- stack: concatenate along a new axis
template <Real T>
Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis, CallSite site) {
  if (parts.empty()) throw ShapeError("stack: there are no parts" + text(site));
  if (!parts[0]) fail_empty("stack", site);
  const std::size_t along = checked_axis("stack", axis, parts[0].rank() + 1, site);
  std::vector<Tensor<T>> raised;
  for (const Tensor<T>& part : parts) {
    if (!part) fail_empty("stack", site);
    if (!(part.shape() == parts[0].shape())) {
      throw ShapeError("stack: all parts need one shape, but they are " + text(parts[0].shape()) + " and " +
                       text(part.shape()) + text(site));
    }
    std::vector<std::size_t> shape = part.shape().vector();
    shape.insert(shape.begin() + static_cast<long>(along), 1);
    raised.push_back(reshape(part, Shape(shape), site));
  }
  return concatenate(raised, static_cast<long>(along), site);
}

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

template <Real T>
Tensor<T> unslice(const Tensor<T>& g, const Slices& slices, const Shape& full, CallSite site);

struct Unslice {
  static constexpr OpTraits traits{
      .name = "unslice",
      .depends = Depends::rearranged,
      .cuts = true,
      .formula = with_adjoints({"x among zeros", "x \\text{ among zeros}"},
                               {"x", {"g in the places written", "g \\text{ in the places written}"}})};
  Slices slices;
  Shape full;
  auto operator()(const auto& x) const { return unslice(x[0], slices, full, CallSite{}); }
};

template <Real T>
Tensor<T> unslice(const Tensor<T>& g, const Slices& slices, const Shape& full, CallSite site) {
  Inputs in(Unslice::traits.name, site, g);
  const Cut c = cut(full, slices, site);
  Tensor<T> y = in.template output<T>(full);
  std::fill_n(y.mutable_data(), y.size(), T(0));
  kernels::add_strided(y.mutable_data(), c.strides, c.start, g.data(), c.kept);
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
      .formula =
          with_adjoints({"a part of x", "\\text{a part of } x"},
                        {"x", {"g in the places read, else 0", "g \\text{ in the places read, else } 0"}})};
  Slices slices;
  auto operator()(const auto& x) const { return slice(x[0], slices); }
};
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
    kernels::copy_strided(y.mutable_data(), c.kept, x.data(), c.strides, c.start);
  }
  if (in) {
    in.record(y, Sliced{slices},
              adjoint_and_tangent(
                  [slices](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, unslice(g, slices, sweep.shape(0), CallSite{}));
                  },
                  [slices](const Push& push) { return slice(push.tangent<T>(0), slices); }));
  }
  return y;
}

// ---- cast: dx = cast(dy) back to x's element type
namespace {
struct Cast {
  static constexpr OpTraits traits{
      .name = "cast",
      .depends = Depends::by_element,
      .formula = with_adjoints({"x in another type", "x \\text{ in another type}"},
                               {"x", {"g in its own type", "g \\text{ in its own type}"}})};
  auto operator()(const auto& x) const { return x[0]; }  // a replay has one element type
};
}  // namespace

template <Real To, Real T>
Tensor<To> cast(const Tensor<T>& x, CallSite site) {
  if constexpr (std::is_same_v<To, T>) {
    if (!x) fail_empty(Cast::traits.name, site);
    return x.is_variable() ? reshape(x, x.shape(), site) : x;  // never the variable, whose values may change
  } else {
    Inputs in(Cast::traits.name, site, x);
    Tensor<To> y = in.template output<To>(x.shape());
    std::copy_n(x.data(), x.size(), y.mutable_data());
    if (in) {
      in.record(y, Cast{},
                adjoint_and_tangent([](Sweep& sweep, const Tensor<To>& g) { sweep.add(0, cast<T>(g)); },
                                    [](const Push& push) { return cast<To>(push.tangent<T>(0)); }));
    }
    return y;
  }
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ShapeOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, CallSite)>(transpose),
      Function<Tensor<T>(X, const Axes&, CallSite)>(transpose),
      Function<Tensor<T>(X, const Extents&, CallSite)>(reshape),
      Function<Tensor<T>(const std::vector<Tensor<T>>&, long, CallSite)>(concatenate),
      Function<Tensor<T>(const std::vector<Tensor<T>>&, long, CallSite)>(stack),
      Function<Tensor<T>(X, const Slices&, CallSite)>(slice),
      Function<Tensor<float>(X, CallSite)>(cast<float>),
      Function<Tensor<double>(X, CallSite)>(cast<double>)};
};
template struct ShapeOps<float>;
template struct ShapeOps<double>;

}  // namespace tapegrad
