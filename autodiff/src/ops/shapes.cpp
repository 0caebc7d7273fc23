// The same elements in other shapes and in another order of axes.
#include <algorithm>

#include "kernels/copy.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

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
  auto batched(const auto& x, const Batch& b) const { return reshape(x[0], b + shape); }
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

// ---- squeeze, expand_dims: views
template <Real T>
Tensor<T> squeeze(const Tensor<T>& x, const Axes& axes, CallSite site) {
  if (!x) fail_empty("squeeze", site);
  const ShortVector<char, 8> meant = checked_axes("squeeze", axes, x.rank(), site);
  ShortVector<std::size_t, 8> kept;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    const std::size_t length = x.shape()[i];
    if (meant[i] && length != 1) {
      throw ShapeError("squeeze: axis " + std::to_string(i) + " of shape " + text(x.shape()) + " is " +
                       std::to_string(length) + " long" + text(site) +
                       ". Only axes of length 1 can be left out; squeeze(x) leaves out all of those");
    }
    if (!(axes.empty() ? length == 1 : meant[i] != 0)) kept.push_back(length);
  }
  return reshape(x, Shape(kept), site);
}
template <Real T>
Tensor<T> expand_dims(const Tensor<T>& x, const Axes& axes, CallSite site) {
  if (!x) fail_empty("expand_dims", site);
  const ShortVector<char, 8> is_new = checked_axes("expand_dims", axes, x.rank() + axes.size(), site);
  ShortVector<std::size_t, 8> shape;
  std::size_t next = 0;
  for (const bool fresh : is_new) shape.push_back(fresh ? 1 : x.shape()[next++]);
  return reshape(x, Shape(shape), site);
}

// ---- transpose: y[i_order] = x[i]     dx = transpose(dy, inverse order)
namespace {
struct Transpose {
  static constexpr OpTraits traits{.name = "transpose",
                                   .depends = Depends::rearranged,
                                   .formula = with_adjoints({"x^T", "x^\\top"}, {"x", {"g^T", "g^\\top"}})};
  Axes order;
  auto operator()(const auto& x) const { return transpose(x[0], order); }
  auto batched(const auto& x, const Batch& b) const {
    Axes moved(0);
    for (const long each : order) moved.push_back(b.axis(each));
    return transpose(x[0], moved);
  }
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
  kernels::copy(y.mutable_data(), x.data(), strides, y.shape());
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

// ---- permute, moveaxis: transpositions
template <Real T>
Tensor<T> permute(const Tensor<T>& x, const Axes& axes, CallSite site) {
  return transpose(x, axes, site);
}
template <Real T>
Tensor<T> moveaxis(const Tensor<T>& x, const Axes& from, const Axes& to, CallSite site) {
  if (!x) fail_empty("moveaxis", site);
  if (from.size() != to.size()) {
    throw ShapeError("moveaxis: " + std::to_string(from.size()) + " axes are to go to " + std::to_string(to.size()) +
                     " places" + text(site) + ". Give a place for each axis");
  }
  const ShortVector<char, 8> moves = checked_axes("moveaxis", from, x.rank(), site);
  checked_axes("moveaxis", to, x.rank(), site);
  Axes order = Axes::filled(x.rank(), -1);
  for (std::size_t i = 0; i < from.size(); ++i) {
    order[checked_axis("moveaxis", to[i], x.rank(), site)] =
        static_cast<long>(checked_axis("moveaxis", from[i], x.rank(), site));
  }
  std::size_t next = 0;
  for (long& axis : order) {
    if (axis != -1) continue;
    while (moves[next]) ++next;
    axis = static_cast<long>(next++);
  }
  return transpose(x, order, site);
}

// ---- meshgrid, broadcast_arrays: broadcasts
template <Real T>
std::vector<Tensor<T>> broadcast_arrays(const std::vector<Tensor<T>>& parts, CallSite site) {
  Shape shape;
  for (const Tensor<T>& part : parts) {
    if (!part) fail_empty("broadcast_arrays", site);
    shape = broadcast_shape("broadcast_arrays", shape, part.shape(), site);
  }
  std::vector<Tensor<T>> all;
  for (const Tensor<T>& part : parts) all.push_back(broadcast_to(part, shape, site));
  return all;
}
template <Real T>
std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>& rows, Indexing indexing, CallSite site) {
  std::vector<Tensor<T>> raised;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i]) fail_empty("meshgrid", site);
    if (rows[i].rank() > 1) {
      throw ShapeError("meshgrid: input " + std::to_string(i) + " is of shape " + text(rows[i].shape()) +
                       ", but coordinates are a row of numbers" + text(site) + ". Use reshape(x, -1)");
    }
    ShortVector<std::size_t, 8> shape(rows.size(), 1);
    shape[indexing == Indexing::xy && rows.size() > 1 && i < 2 ? 1 - i : i] = rows[i].size();
    raised.push_back(reshape(rows[i], Shape(shape), site));
  }
  return broadcast_arrays(raised, site);
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
    kernels::parallel(x.size(), [from = x.data(), to = y.mutable_data()](std::size_t begin, std::size_t end) {
      std::transform(from + begin, from + end, to + begin, [](T number) { return static_cast<To>(number); });
    });
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
      Function<Tensor<T>(X, const Axes&, CallSite)>(squeeze),
      Function<Tensor<T>(X, const Axes&, CallSite)>(expand_dims),
      Function<Tensor<T>(X, const Axes&, CallSite)>(permute),
      Function<Tensor<T>(X, const Axes&, const Axes&, CallSite)>(moveaxis),
      Function<std::vector<Tensor<T>>(const std::vector<Tensor<T>>&, Indexing, CallSite)>(meshgrid),
      Function<std::vector<Tensor<T>>(const std::vector<Tensor<T>>&, CallSite)>(broadcast_arrays),
      Function<Tensor<float>(X, CallSite)>(cast<float>),
      Function<Tensor<double>(X, CallSite)>(cast<double>)};
};
template struct ShapeOps<float>;
template struct ShapeOps<double>;

}  // namespace tapegrad
