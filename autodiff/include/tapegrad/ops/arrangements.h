// The same elements in other shapes, in another order, several times, or between others. NumPy's names and meanings.
#pragma once
#include <concepts>
#include <initializer_list>
#include <vector>

#include "tapegrad/ops/shapes.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// Some whole numbers in a call: 2, {1, -1}.
using Integers = Axes;

/// x without the axes given, or without all of length 1. Shares the array. Throws ShapeError for a longer axis.
template <Real T>
Tensor<T> squeeze(const Tensor<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());
/// x with new axes of length 1 at these places of the result. Shares the array.
template <Real T>
Tensor<T> expand_dims(const Tensor<T>& x, const Axes& axes, CallSite site = CallSite::current());

/// The axes in the order given, which names each one: transpose(x, axes).
template <Real T>
Tensor<T> permute(const Tensor<T>& x, const Axes& axes, CallSite site = CallSite::current());
/// The axes `from` at the places `to`, the others in their order. Throws ShapeError unless they are as many.
template <Real T>
Tensor<T> moveaxis(const Tensor<T>& x, const Axes& from, const Axes& to, CallSite site = CallSite::current());

/// Backwards along the axes given, or along all.
template <Real T>
Tensor<T> flip(const Tensor<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());
/// Shifted in a circle: what leaves an axis at its end enters at its start. A shift for each axis, or one for all of
/// them; an axis may be named several times. Throws ShapeError unless they are as many.
template <Real T>
Tensor<T> roll(const Tensor<T>& x, const Integers& shifts, const Axes& axes, CallSite site = CallSite::current());
/// The elements as one row, shifted.
template <Real T>
Tensor<T> roll(const Tensor<T>& x, long shift, CallSite site = CallSite::current());

namespace engine {
template <Real T>
std::vector<Tensor<T>> equal_parts(const Tensor<T>& x, long parts, long axis, CallSite site);
}  // namespace engine
/// `parts` parts of one length along an axis. Throws ShapeError unless they divide it; chunk(x, parts) does not mind.
/// Parts along axis 0 share the array.
template <Real T, std::integral I>
std::vector<Tensor<T>> split(const Tensor<T>& x, I parts, long axis = 0, CallSite site = CallSite::current()) {
  return engine::equal_parts(x, static_cast<long>(parts), axis, site);
}
/// Parts that end before these places, and the rest: split(x, {2, 5}) is rows 0 and 1, 2 to 4, and from 5 on. Places
/// are as the limits of a slice: negative ones count from the end, and they are cut at the ends.
template <Real T>
std::vector<Tensor<T>> split(const Tensor<T>& x, const std::vector<long>& places, long axis = 0,
                             CallSite site = CallSite::current());
/// At most `parts` parts of one length, the last one as long as what is left, as PyTorch has it.
template <Real T>
std::vector<Tensor<T>> chunk(const Tensor<T>& x, long parts, long axis = 0, CallSite site = CallSite::current());

/// x several times along each axis, one number an axis, matched from the last axis: tile({1, 2}, 2) is {1, 2, 1, 2}.
template <Real T>
Tensor<T> tile(const Tensor<T>& x, const Integers& counts, CallSite site = CallSite::current());
/// Each element along an axis `count` times: repeat({1, 2}, 2, 0) is {1, 1, 2, 2}.
template <Real T>
Tensor<T> repeat(const Tensor<T>& x, long count, long axis, CallSite site = CallSite::current());
/// Of all elements as one row.
template <Real T>
Tensor<T> repeat(const Tensor<T>& x, long count, CallSite site = CallSite::current());
/// Each with a count of its own, or one for all. Throws ShapeError unless there are as many as the axis is long.
template <Real T>
Tensor<T> repeat(const Tensor<T>& x, const Indices& counts, long axis, CallSite site = CallSite::current());

/// What pad() puts around: one number; what lies as far behind the edge as the place is before it; the element at the
/// edge; what comes at the other end.
enum class PadMode { constant, reflect, edge, wrap };
struct PadOptions {
  PadMode mode = PadMode::constant;
  double value = 0;  ///< of PadMode::constant
};
/// How many elements are put before and behind: of each axis, {{1, 1}, {0, 2}}, or of all, {1, 2} or 1.
class PadWidths {
 public:
  struct Width {
    long before = 0, after = 0;
  };
  PadWidths(std::initializer_list<Width> widths) : widths_(widths) {}
  PadWidths(long before, long after) : widths_({Width{before, after}}) {}
  template <std::integral I>
  PadWidths(I width) : PadWidths(static_cast<long>(width), static_cast<long>(width)) {}
  const ShortVector<Width, 4>& widths() const { return widths_; }

 private:
  ShortVector<Width, 4> widths_;
};
/// x with elements around it. A reflection may be longer than x: it goes to and fro, as in NumPy. Throws ShapeError for
/// widths that are negative or of another number of axes, and where an axis without elements is to be continued.
template <Real T>
Tensor<T> pad(const Tensor<T>& x, const PadWidths& widths, PadOptions options = {},
              CallSite site = CallSite::current());

/// The elements (i, i + offset) of the matrices along two axes, as the last axis of the result.
template <Real T>
Tensor<T> diagonal(const Tensor<T>& x, long offset = 0, long axis1 = 0, long axis2 = 1,
                   CallSite site = CallSite::current());
/// Matrices along two axes of the result that have the last axis of x as a diagonal and are 0 elsewhere, as PyTorch has
/// it: the reverse of diagonal.
template <Real T>
Tensor<T> diag_embed(const Tensor<T>& x, long offset = 0, long axis1 = -2, long axis2 = -1,
                     CallSite site = CallSite::current());
/// The matrix with x on a diagonal, or the diagonal of the matrix x. Throws ShapeError for any other rank.
template <Real T>
Tensor<T> diag(const Tensor<T>& x, long offset = 0, CallSite site = CallSite::current());
/// x with 0 above the diagonal of the last two axes, or above that which is `offset` to the right of it.
template <Real T>
Tensor<T> tril(const Tensor<T>& x, long offset = 0, CallSite site = CallSite::current());
/// x with 0 below it.
template <Real T>
Tensor<T> triu(const Tensor<T>& x, long offset = 0, CallSite site = CallSite::current());

/// Windows of `size` elements along an axis, each `step` further than the one before, as a new last axis; the axis has
/// their number. As Tensor.unfold of PyTorch. Throws ShapeError for a size above the axis and a step below 1.
template <Real T>
Tensor<T> unfold(const Tensor<T>& x, long axis, long size, long step, CallSite site = CallSite::current());

/// Which axis the first two rows of numbers of meshgrid() lie along: xy, the second and the first, is NumPy's default.
enum class Indexing { xy, ij };
/// Coordinates of all points of a grid: array k is row k of numbers, repeated along the axes of all others. Throws
/// ShapeError for a matrix.
template <Real T>
std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>& rows, Indexing indexing = Indexing::xy,
                                CallSite site = CallSite::current());
/// All of the shape that they broadcast to.
template <Real T>
std::vector<Tensor<T>> broadcast_arrays(const std::vector<Tensor<T>>& parts, CallSite site = CallSite::current());
// The same of tensors in braces: meshgrid({x, y}).
template <Real T>
std::vector<Tensor<T>> meshgrid(std::initializer_list<Tensor<T>> rows, Indexing indexing = Indexing::xy,
                                CallSite site = CallSite::current()) {
  return meshgrid(std::vector<Tensor<T>>(rows), indexing, site);
}
template <Real T>
std::vector<Tensor<T>> broadcast_arrays(std::initializer_list<Tensor<T>> parts, CallSite site = CallSite::current()) {
  return broadcast_arrays(std::vector<Tensor<T>>(parts), site);
}

}  // namespace tapegrad
