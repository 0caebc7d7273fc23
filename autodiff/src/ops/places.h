// What all ops on indices share: where the indices point to, and the three primitives that read, add and write there.
#pragma once
#include <string_view>

#include "kernels/places.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/indices.h"

namespace tapegrad {

/// The primitives, as the tape and errors name them.
namespace names {
extern const std::string_view take, scatter, scatter_add;
}

/// Elements of a tensor of shape `whole` that indices choose along an axis. Shared: the indices, of any shape, stand
/// for rows across the axis, and their shape stands in its place; else they have one index for each element of the
/// result, which is of their shape. All are inside.
struct Places {
  Indices indices;
  Shape whole;
  std::size_t axis;
  bool shared;
  Shape result() const;
  kernels::Lookup lookup() const;
  /// The same places in each of several examples, which stand along a first axis.
  Places of_each(const engine::Batch& batch) const;
};

/// Names the first index that is outside of an axis.
[[noreturn]] void fail_outside(std::string_view op, const Indices& indices, std::size_t axis, const Shape& whole,
                               bool negative, const CallSite& site);
/// Throws ShapeError, in the name of `op`, unless all indices are inside.
void require_inside(std::string_view op, const Places& places, const CallSite& site);

/// x at the places. `op` is named in errors; indices that are outside are one.
template <Real T>
Tensor<T> take_at(std::string_view op, const Tensor<T>& x, const Places& places, const CallSite& site);
/// x, or zeros where x is empty, with the source, of the places' result's shape, added there.
template <Real T>
Tensor<T> add_at(std::string_view op, const Tensor<T>& x, const Tensor<T>& source, const Places& places,
                 const CallSite& site);
/// x with the source, of the places' result's shape, written there. The last of several stays.
template <Real T>
Tensor<T> put_at(std::string_view op, const Tensor<T>& x, const Tensor<T>& source, const Places& places,
                 const CallSite& site);

/// The rule of an op whose result is x at the places: the adjoint is added there.
template <Real T>
struct TakeRule {
  Places places;
  void operator()(engine::Sweep& sweep, const Tensor<T>& g) const;
  template <Real>
  Tensor<T> tangent(const engine::Push& push) const;
};

}  // namespace tapegrad
