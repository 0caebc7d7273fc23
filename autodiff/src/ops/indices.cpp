// Ops on arrays of integers and on masks, made of what places.h reads and writes.
#include <algorithm>
#include <limits>

#include "engine/trace.h"
#include "kernels/copy.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/places.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

using Lengths = ShortVector<std::size_t, 8>;
Lengths lengths_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

// The same integers or answers, repeated along the axes along which their shape broadcasts to this one.
template <class V>
Choice<V> broadcast(const Choice<V>& indices, const Shape& shape) {
  if (indices.shape() == shape) return indices;
  Choice<V> result(shape);
  kernels::copy(result.mutable_data(), indices.data(), kernels::broadcast_strides(indices.shape(), shape), shape);
  return result;
}

// As a list over all elements of a shape, which indices of 32 bits must reach.
Shape flat(std::string_view op, const Shape& shape, const CallSite& site) {
  if (shape.size() > std::size_t(std::numeric_limits<std::int32_t>::max())) {
    throw ShapeError(std::string(op) + ": the " + std::to_string(shape.size()) + " elements of shape " + text(shape) +
                     " are more than indices of 32 bits can tell apart" + text(site));
  }
  return {shape.size()};
}

// One index for each element of the result. Where the indices are shorter than x along other axes: in a flat x.
Places places_in(std::string_view op, const Indices& indices, const Shape& whole, long axis, const CallSite& site) {
  const std::size_t at = axis_of(op, whole, axis, site);
  const Shape& shape = indices.shape();
  bool fits = shape.rank() == whole.rank(), equal = fits;
  for (std::size_t i = 0; fits && i < whole.rank(); ++i) {
    equal &= i == at || shape[i] == whole[i];
    fits = i == at || shape[i] <= whole[i];
  }
  if (!fits) {
    throw ShapeError(std::string(op) + ": indices of shape " + text(shape) + " do not fit into shape " + text(whole) +
                     text(site) + ". They need as many axes, none longer but axis " + std::to_string(at));
  }
  if (equal) return {indices, whole, at, false};
  const Shape all = flat(op, whole, site);
  Indices result(shape);
  const kernels::Strides strides = kernels::strides_of(whole);
  const kernels::Lookup look{nullptr, 1, whole[at], 1, 0, true};
  std::int32_t* to = result.mutable_data();
  if (!kernels::inside(indices.data(), indices.size(), whole[at])) fail_outside(op, indices, at, whole, true, site);
  kernels::Strides own = strides;
  own[at] = 0;
  kernels::for_each_row<2>(shape, {kernels::strides_of(shape), own}, {}, [&](const auto& row, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) {
      const auto p = row[0] + static_cast<std::ptrdiff_t>(i);
      to[p] = static_cast<std::int32_t>(row[1] + static_cast<std::ptrdiff_t>(i) * own.back() +
                                        static_cast<std::ptrdiff_t>(look.at(indices.data()[p])) * strides[at]);
    }
  });
  return {result, all, 0, true};
}

// x as the places see it.
template <Real T>
Tensor<T> seen(const Tensor<T>& x, const Places& places, const CallSite& site) {
  return x.shape() == places.whole ? x : reshape(x, places.whole, site);
}

// The source as an array of that shape.
template <Real T>
Tensor<T> spread(std::string_view op, const Tensor<T>& source, const Shape& shape, const CallSite& site) {
  if (!source) fail_empty(op, site);
  if (source.shape() == shape) return source;
  if (!(broadcast_shape(op, source.shape(), shape, site) == shape)) {
    throw ShapeError(std::string(op) + ": a source of shape " + text(source.shape()) + " does not broadcast to " +
                     text(shape) + ", where the indices point" + text(site));
  }
  return broadcast_to(source, shape, site);
}

// Writes or adds the source at the places and gives the result x's shape.
template <Real T, class Write>
Tensor<T> written(std::string_view op, const Tensor<T>& x, const Tensor<T>& source, const Places& places,
                  const CallSite& site, Write write) {
  require_inside(op, places, site);
  const Tensor<T> y = write(op, seen(x, places, site), spread(op, source, places.result(), site), places, site);
  return y.shape() == x.shape() ? y : reshape(y, x.shape(), site);
}

template <Real T>
void require_array(std::string_view op, const Tensor<T>& x, const CallSite& site) {
  if (!x) fail_empty(op, site);
}

}  // namespace

template <Real T>
Tensor<T> take(const Tensor<T>& x, const Indices& indices, long axis, CallSite site) {
  require_array(names::take, x, site);
  return take_at(names::take, x, {indices, x.shape(), axis_of(names::take, x.shape(), axis, site), true}, site);
}
template <Real T>
Tensor<T> take(const Tensor<T>& x, const Indices& indices, CallSite site) {
  require_array(names::take, x, site);
  return take(x.rank() == 1 ? x : reshape(x, {-1}, site), indices, 0, site);
}

namespace {
void require_list(std::string_view op, const Indices& indices, const CallSite& site) {
  if (indices.shape().rank() == 1) return;
  throw ShapeError(std::string(op) + ": the indices must have one axis, but their shape is " + text(indices.shape()) +
                   text(site) + ". take(x, indices, axis) reads any shape");
}
}  // namespace

template <Real T>
Tensor<T> index_select(const Tensor<T>& x, long axis, const Indices& indices, CallSite site) {
  constexpr std::string_view name = "index_select";
  require_array(name, x, site);
  require_list(name, indices, site);
  return take_at(name, x, {indices, x.shape(), axis_of(name, x.shape(), axis, site), true}, site);
}

template <Real T>
Tensor<T> take_along_axis(const Tensor<T>& x, const Indices& indices, long axis, CallSite site) {
  constexpr std::string_view name = "take_along_axis";
  require_array(name, x, site);
  const std::size_t at = axis_of(name, x.shape(), axis, site);
  if (indices.shape().rank() != x.rank()) {
    throw ShapeError(std::string(name) + ": indices of shape " + text(indices.shape()) + " and x of shape " +
                     text(x.shape()) + " have different numbers of axes" + text(site));
  }
  Lengths of_x = lengths_of(x.shape()), of_indices = lengths_of(indices.shape());
  const std::size_t length = of_x[at], count = of_indices[at];
  of_x[at] = of_indices[at] = 1;
  const Shape others = broadcast_shape(name, Shape(of_x), Shape(of_indices), site);
  of_x = of_indices = lengths_of(others);
  of_x[at] = length;
  of_indices[at] = count;
  const Shape whole(of_x), result(of_indices);
  return take_at(name, x.shape() == whole ? x : broadcast_to(x, whole, site),
                 {broadcast(indices, result), whole, at, false}, site);
}

template <Real T>
Tensor<T> gather(const Tensor<T>& x, long axis, const Indices& indices, CallSite site) {
  constexpr std::string_view name = "gather";
  require_array(name, x, site);
  const Places places = places_in(name, indices, x.shape(), axis, site);
  return take_at(name, seen(x, places, site), places, site);
}

template <Real T>
Tensor<T> scatter(const Tensor<T>& x, long axis, const Indices& indices, const std::type_identity_t<Tensor<T>>& source,
                  CallSite site) {
  const std::string_view name = names::scatter;
  require_array(name, x, site);
  return written(name, x, source, places_in(name, indices, x.shape(), axis, site), site, put_at<T>);
}

template <Real T>
Tensor<T> scatter_add(const Tensor<T>& x, long axis, const Indices& indices,
                      const std::type_identity_t<Tensor<T>>& source, CallSite site) {
  const std::string_view name = names::scatter_add;
  require_array(name, x, site);
  return written(name, x, source, places_in(name, indices, x.shape(), axis, site), site, add_at<T>);
}

template <Real T>
Tensor<T> index_add(const Tensor<T>& x, long axis, const Indices& indices,
                    const std::type_identity_t<Tensor<T>>& source, CallSite site) {
  constexpr std::string_view name = "index_add";
  require_array(name, x, site);
  require_list(name, indices, site);
  return written(name, x, source, {indices, x.shape(), axis_of(name, x.shape(), axis, site), true}, site, add_at<T>);
}

namespace {

// Indices of the first axes as indices of one axis that has them all.
Places joined(std::string_view op, const std::vector<Indices>& indices, const Shape& whole, const CallSite& site) {
  if (indices.empty() || indices.size() > whole.rank()) {
    throw ShapeError(std::string(op) + ": " + std::to_string(indices.size()) + " arrays of indices for shape " +
                     text(whole) + text(site) + ". It takes one for each of the first axes, at least one");
  }
  ShortVector<std::size_t, 8> axes{1};
  for (std::size_t i = 0; i < whole.rank(); ++i) {
    if (i < indices.size()) axes[0] *= whole[i];
    else axes.push_back(whole[i]);
  }
  flat(op, {axes[0]}, site);
  Shape shape = indices[0].shape();
  for (const Indices& each : indices) shape = broadcast_shape(op, shape, each.shape(), site);
  Indices result(shape);
  std::fill_n(result.mutable_data(), result.size(), 0);
  for (std::size_t axis = 0; axis < indices.size(); ++axis) {
    if (!kernels::inside(indices[axis].data(), indices[axis].size(), whole[axis])) {
      fail_outside(op, indices[axis], axis, whole, true, site);
    }
    const Indices all = broadcast(indices[axis], shape);
    const auto length = static_cast<std::int32_t>(whole[axis]);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::int32_t place = all.data()[i] + (all.data()[i] < 0 ? length : 0);
      result.mutable_data()[i] = result.data()[i] * length + place;
    }
  }
  return {result, Shape(axes), 0, true};
}

}  // namespace

template <Real T>
Tensor<T> index_put(const Tensor<T>& x, const std::vector<Indices>& indices,
                    const std::type_identity_t<Tensor<T>>& values, IndexPutOptions options, CallSite site) {
  constexpr std::string_view name = "index_put";
  require_array(name, x, site);
  return written(name, x, values, joined(name, indices, x.shape(), site), site,
                 options.accumulate ? add_at<T> : put_at<T>);
}

template <Real T>
Tensor<T> masked_select(const Tensor<T>& x, const Mask& mask, CallSite site) {
  constexpr std::string_view name = "masked_select";
  require_array(name, x, site);
  note_mask_read(name, mask, site);
  const Shape shape = broadcast_shape(name, x.shape(), mask.shape(), site);
  const Shape list = flat(name, shape, site);
  const Mask all = broadcast(mask, shape);
  const auto count = static_cast<std::size_t>(std::count(all.data(), all.data() + all.size(), true));
  Indices chosen(Shape{count});
  for (std::size_t i = 0, k = 0; i < all.size(); ++i) {
    if (all.data()[i]) chosen.mutable_data()[k++] = static_cast<std::int32_t>(i);
  }
  const Tensor<T> whole = x.shape() == shape ? x : broadcast_to(x, shape, site);
  return take_at(name, shape == list ? whole : reshape(whole, list, site), {chosen, list, 0, true}, site);
}

template <Real T>
Tensor<T> masked_fill(const Tensor<T>& x, const Mask& mask, const std::type_identity_t<Tensor<T>>& value,
                      CallSite site) {
  constexpr std::string_view name = "masked_fill";
  require_array(name, x, site);
  require_array(name, value, site);
  if (value.rank() != 0) {
    throw ShapeError(std::string(name) + ": the value must be a number, but its shape is " + text(value.shape()) +
                     text(site) + ". where(mask, a, b) chooses between tensors");
  }
  if (!(broadcast_shape(name, x.shape(), mask.shape(), site) == x.shape())) {
    throw ShapeError(std::string(name) + ": a mask of shape " + text(mask.shape()) + " does not broadcast to " +
                     text(x.shape()) + text(site));
  }
  return where(mask, value, x, site);
}

template <Real T>
Tensor<T> one_hot(const Indices& indices, std::size_t classes, CallSite site) {
  ShortVector<std::size_t, 8> axes(indices.shape().begin(), indices.shape().end());
  axes.push_back(classes);
  Tensor<T> y = Tensor<T>::full(Shape(axes, "one_hot", site), 0, "one_hot", site);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::int32_t index = indices.data()[i];
    if (index < 0 || static_cast<std::size_t>(index) >= classes) {
      throw DomainError("one_hot: index " + std::to_string(index) + " at place " + std::to_string(i) +
                        " is none of the " + std::to_string(classes) + " classes" + text(site));
    }
    y.mutable_data()[i * classes + static_cast<std::size_t>(index)] = 1;
  }
  return y;
}
template <Real T>
Tensor<T> one_hot(const Indices& indices, CallSite site) {
  std::int32_t most = -1;
  for (std::size_t i = 0; i < indices.size(); ++i) most = std::max(most, indices.data()[i]);
  return one_hot<T>(indices, static_cast<std::size_t>(most + 1), site);
}

template <Real T>
Tensor<T> Tensor<T>::operator[](const RowPlaces& at) const {
  constexpr std::string_view name = "x[i]";
  require_array(name, *this, at.site);
  if (at.places.size() > rank()) {
    throw ShapeError(std::string(name) + ": " + std::to_string(at.places.size()) + " indices for shape " +
                     text(shape()) + text(at.site));
  }
  Slices slices;
  for (std::size_t axis = 0; axis < at.places.size(); ++axis) {
    const long length = static_cast<long>(shape()[axis]), place = at.places[axis];
    if (place < -length || place >= length) {
      throw ShapeError(std::string(name) + ": index " + std::to_string(place) + " is outside of axis " +
                       std::to_string(axis) + " of shape " + text(shape()) + ", whose length is " +
                       std::to_string(length) + text(at.site));
    }
    slices.push_back({place < 0 ? place + length : place, 1, 1, true});
  }
  return slice(*this, slices, at.site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct IndexOps {
  using X = const Tensor<T>&;
  using I = const Indices&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, I, long, CallSite)>(take),
      Function<Tensor<T>(X, I, CallSite)>(take),
      Function<Tensor<T>(X, long, I, CallSite)>(index_select),
      Function<Tensor<T>(X, I, long, CallSite)>(take_along_axis),
      Function<Tensor<T>(X, long, I, CallSite)>(gather),
      Function<Tensor<T>(X, long, I, X, CallSite)>(scatter<T>),
      Function<Tensor<T>(X, long, I, X, CallSite)>(scatter_add<T>),
      Function<Tensor<T>(X, long, I, X, CallSite)>(index_add<T>),
      Function<Tensor<T>(X, const std::vector<Indices>&, X, IndexPutOptions, CallSite)>(index_put<T>),
      Function<Tensor<T>(X, const Mask&, CallSite)>(masked_select),
      Function<Tensor<T>(X, const Mask&, X, CallSite)>(masked_fill<T>),
      Function<Tensor<T>(I, std::size_t, CallSite)>(one_hot<T>),
      Function<Tensor<T>(I, CallSite)>(one_hot<T>)};
};
template struct IndexOps<float>;
template struct IndexOps<double>;
template Tensor<float> Tensor<float>::operator[](const RowPlaces&) const;
template Tensor<double> Tensor<double>::operator[](const RowPlaces&) const;

}  // namespace tapegrad
