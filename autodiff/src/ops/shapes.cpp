// Ops that move elements without changing them.
#include <cstring>
#include <numeric>

#include "kernels/map.h"
#include "ops/families.h"
#include "record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
namespace {

constexpr std::string_view reshape_name = "reshape", transpose_name = "transpose", concatenate_name = "concatenate",
                           slice_name = "slice", unslice_name = "unslice", cast_name = "cast";

std::size_t checked_axis(std::string_view op, long axis, std::size_t rank, const Where& where) {
  const long place = axis < 0 ? axis + static_cast<long>(rank) : axis;
  if (place < 0 || place >= static_cast<long>(rank)) {
    throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " does not exist in rank " +
                     std::to_string(rank) + text(where));
  }
  return static_cast<std::size_t>(place);
}

struct Cut {
  Shape kept, result;  // result: without the dropped axes
  kernels::Strides strides;
  std::ptrdiff_t start = 0;
  bool leading_rows = true;
};

Cut cut(const Shape& shape, const std::vector<Slice>& slices, const Where& where) {
  Cut c;
  c.strides = kernels::strides_of(shape);
  std::vector<std::size_t> kept, result;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const Slice s = i < slices.size() ? slices[i] : Slice{0, 1, shape[i], false};
    const long last = s.start + s.step * (static_cast<long>(s.count) - 1), length = static_cast<long>(shape[i]);
    if (s.count && (s.start < 0 || s.start >= length || last < 0 || last >= length)) {
      throw ShapeError("slice: places " + std::to_string(s.start) + " to " + std::to_string(last) +
                       " are outside axis " + std::to_string(i) + " of shape " + text(shape) + text(where));
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

// The reverse of a slice: zeros of the full shape with g in the places that the slice read.
template <Real T>
Tensor<T> unslice(const Tensor<T>& g, const std::vector<Slice>& slices, const Shape& full, const Where& where) {
  auto in = tracked(unslice_name, where, g);
  const Cut c = cut(full, slices, where);
  Tensor<T> y = Tensor<T>::full(full, 0);
  kernels::add_strided(y.mutable_data(), c.strides, c.start, g.data(), c.kept);
  if (in) {
    record<unslice_name>(y, in, where, [slices](Sweep& sweep, const Tensor<T>& gg) {
      sweep.add(0, slice(gg, slices, sweep.where()));
    });
  }
  return y;
}

template <Real T>
Tensor<T> share_data(const Tensor<T>& x, const Shape& shape, std::size_t offset) {
  const Tensor<T> source = snapshot(x);
  return Tensor<T>(allocate_view(source.node(), shape, offset));
}

}  // namespace

// ---- reshape: dx = reshape(dy)
template <Real T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& shape, Where where) {
  if (shape.size() != x.size()) {
    throw ShapeError("reshape: shape " + text(x.shape()) + " has " + std::to_string(x.size()) + " elements, but " +
                     text(shape) + " has " + std::to_string(shape.size()) + text(where));
  }
  auto in = tracked(reshape_name, where, x);
  Tensor<T> y = share_data(x, shape, 0);
  if (in) {
    record<reshape_name>(y, in, where, [from = x.shape()](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, reshape(g, from, sweep.where()));
    });
  }
  return y;
}

// ---- transpose: y[i_order] = x[i]     dx = transpose(dy, inverse order)
template <Real T>
Tensor<T> transpose(const Tensor<T>& x, const Axes& order, Where where) {
  std::vector<std::size_t> axes, shape(order.size()), inverse(order.size(), order.size());
  if (order.size() != x.rank()) {
    throw ShapeError("transpose: " + std::to_string(order.size()) + " axes for shape " + text(x.shape()) + text(where));
  }
  const kernels::Strides own = kernels::strides_of(x.shape());
  kernels::Strides strides(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t axis = checked_axis("transpose", order[i], x.rank(), where);
    if (inverse[axis] != order.size()) {
      throw ShapeError("transpose: axis " + std::to_string(order[i]) + " is given twice" + text(where));
    }
    inverse[axis] = i;
    shape[i] = x.shape()[axis];
    strides[i] = own[axis];
  }
  auto in = tracked(transpose_name, where, x);
  Tensor<T> y = Tensor<T>::empty(Shape(shape));
  kernels::copy_strided(y.mutable_data(), y.shape(), x.data(), strides, 0);
  if (in) {
    record<transpose_name>(y, in, where, [back = Axes(inverse.begin(), inverse.end())](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, transpose(g, back, sweep.where()));
    });
  }
  return y;
}
template <Real T>
Tensor<T> transpose(const Tensor<T>& x, Where where) {
  Axes order(x.rank());
  std::iota(order.rbegin(), order.rend(), 0);
  return transpose(x, order, where);
}

// ---- concatenate: each part's adjoint is its slice of dy
template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis, Where where) {
  if (parts.empty()) throw ShapeError("concatenate: there are no parts" + text(where));
  const std::size_t along = checked_axis("concatenate", axis, parts[0].rank(), where);
  std::vector<std::size_t> shape = parts[0].shape().vector();
  shape[along] = 0;
  std::vector<Entry*> places;
  bool any = false;
  for (const Tensor<T>& part : parts) {
    std::vector<std::size_t> other = part.shape().vector();
    bool fits = other.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = i == along || other[i] == shape[i];
    if (!fits) {
      throw ShapeError("concatenate: shapes " + text(parts[0].shape()) + " and " + text(part.shape()) +
                       " differ on another axis than " + std::to_string(axis) + text(where));
    }
    shape[along] += other[along];
    places.push_back(tracked(concatenate_name, where, part)[0]);
    any |= places.back() != nullptr;
  }
  Tensor<T> y = Tensor<T>::full(Shape(shape), 0);
  const kernels::Strides strides = kernels::strides_of(y.shape());
  std::vector<Slice> first(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) first[i] = {0, 1, shape[i], false};
  std::vector<std::vector<Slice>> slices;
  long start = 0;
  for (const Tensor<T>& part : parts) {
    slices.push_back(first);
    slices.back()[along] = {start, 1, part.shape()[along], false};
    kernels::add_strided(y.mutable_data(), strides, start * strides[along], part.data(), part.shape());
    start += static_cast<long>(part.shape()[along]);
  }
  if (any) {
    record<concatenate_name>(y, std::span<Entry* const>(places), where,
                             [slices = std::move(slices)](Sweep& sweep, const Tensor<T>& g) {
                               for (std::size_t i = 0; i < slices.size(); ++i) {
                                 if (sweep.wants(i)) sweep.add(i, slice(g, slices[i], sweep.where()));
                               }
                             });
  }
  return y;
}

// ---- stack: concatenate along a new axis
template <Real T>
Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis, Where where) {
  if (parts.empty()) throw ShapeError("stack: there are no parts" + text(where));
  const std::size_t along = checked_axis("stack", axis, parts[0].rank() + 1, where);
  std::vector<Tensor<T>> raised;
  for (const Tensor<T>& part : parts) {
    std::vector<std::size_t> shape = part.shape().vector();
    shape.insert(shape.begin() + static_cast<long>(along), 1);
    raised.push_back(reshape(part, Shape(shape), where));
  }
  return concatenate(raised, static_cast<long>(along), where);
}

// ---- slice: dx = zeros with dy in the places read
template <Real T>
Tensor<T> slice(const Tensor<T>& x, const std::vector<Slice>& slices, Where where) {
  auto in = tracked(slice_name, where, x);
  const Cut c = cut(x.shape(), slices, where);
  Tensor<T> y;
  if (c.leading_rows) {
    y = share_data(x, c.result, static_cast<std::size_t>(c.start));
  } else {
    y = Tensor<T>::empty(c.result);
    kernels::copy_strided(y.mutable_data(), c.kept, x.data(), c.strides, c.start);
  }
  if (in) {
    record<slice_name>(y, in, where, [slices, full = x.shape()](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, unslice(g, slices, full, sweep.where()));
    });
  }
  return y;
}

// ---- cast: dx = cast(dy) back to x's element type
template <Real To, Real T>
Tensor<To> cast(const Tensor<T>& x, Where where) {
  if constexpr (std::is_same_v<To, T>) {
    return x;
  } else {
    auto in = tracked(cast_name, where, x);
    Tensor<To> y = Tensor<To>::empty(x.shape());
    std::copy_n(x.data(), x.size(), y.mutable_data());
    if (in) {
      record<cast_name>(y, in, where, [](Sweep& sweep, const Tensor<To>& g) {
        sweep.add(0, cast<T>(g, sweep.where()));
      });
    }
    return y;
  }
}

std::vector<OpInfo> shape_ops() {
  const Domain any{-2, 2};
  return {
      {reshape_name, {{"matrix", {{3, 4}}, any, [](const auto& x) { return reshape(x[0], {2, 6}); }},
                      {"to a number", {{1, 1}}, any, [](const auto& x) { return reshape(x[0], {}); }}}},
      {transpose_name, {{"matrix", {{3, 4}}, any, [](const auto& x) { return transpose(x[0]); }},
                        {"three axes", {{2, 3, 4}}, any, [](const auto& x) { return transpose(x[0], {1, -1, 0}); }}}},
      {concatenate_name,
       {{"rows", {{2, 3}, {1, 3}}, any, [](const auto& x) { return concatenate(x, 0); }},
        {"columns", {{2, 3}, {2, 0}, {2, 2}}, any, [](const auto& x) { return concatenate(x, -1); }},
        {"stack", {{2, 3}, {2, 3}}, any, [](const auto& x) { return stack(x, 1); }}}},
      {slice_name,
       {{"leading rows", {{4, 3}}, any, [](const auto& x) { return slice(x[0], {{1, 1, 2, false}}); }},
        {"columns, step 2", {{3, 5}}, any, [](const auto& x) { return slice(x[0], {{0, 1, 3, false}, {0, 2, 3, false}}); }},
        {"backwards", {{4}}, any, [](const auto& x) { return slice(x[0], {{3, -1, 4, false}}); }},
        {"one row", {{4, 3}}, any, [](const auto& x) { return slice(x[0], {{2, 1, 1, true}}); }}}},
      {unslice_name, {{"of a slice", {{2, 2}}, any, [](const auto& x) {
                         return unslice(x[0], {{1, 1, 2, false}, {0, 2, 2, false}}, Shape{4, 3}, Where{});
                       }}}},
      {cast_name, {{"there", {{3}}, any, [](const auto& x) {
                      using T = typename std::decay_t<decltype(x[0])>::value_type;
                      return cast<T>(x[0] * 2);
                    }}}}};
}

template Tensor<float> transpose(const Tensor<float>&, Where);
template Tensor<float> transpose(const Tensor<float>&, const Axes&, Where);
template Tensor<float> reshape(const Tensor<float>&, const Shape&, Where);
template Tensor<float> concatenate(const std::vector<Tensor<float>>&, long, Where);
template Tensor<float> stack(const std::vector<Tensor<float>>&, long, Where);
template Tensor<float> slice(const Tensor<float>&, const std::vector<Slice>&, Where);
template Tensor<float> cast<float, float>(const Tensor<float>&, Where);
template Tensor<double> cast<double, float>(const Tensor<float>&, Where);
template Tensor<double> transpose(const Tensor<double>&, Where);
template Tensor<double> transpose(const Tensor<double>&, const Axes&, Where);
template Tensor<double> reshape(const Tensor<double>&, const Shape&, Where);
template Tensor<double> concatenate(const std::vector<Tensor<double>>&, long, Where);
template Tensor<double> stack(const std::vector<Tensor<double>>&, long, Where);
template Tensor<double> slice(const Tensor<double>&, const std::vector<Slice>&, Where);
template Tensor<float> cast<float, double>(const Tensor<double>&, Where);
template Tensor<double> cast<double, double>(const Tensor<double>&, Where);

}  // namespace tapegrad
