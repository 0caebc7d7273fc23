// Elements chosen by arrays of integers or by masks: read, written, added to. Indices may come in any order and more
// than once; negative ones count from the end. An index outside is a ShapeError that names it, its axis and the length.
#pragma once
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "tapegrad/ops/shapes.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// x at places along an axis, as NumPy's take: the shape of the indices stands where the axis was, take(x, i, 1) of
/// shapes (2, 3, 4) and (5, 6) has (2, 5, 6, 4). Without an axis, of all elements of x in their order.
template <Real T>
Tensor<T> take(const Tensor<T>& x, const Indices& indices, long axis, CallSite site = CallSite::current());
template <Real T>
Tensor<T> take(const Tensor<T>& x, const Indices& indices, CallSite site = CallSite::current());
/// The same of a list of indices, as PyTorch's. Throws ShapeError for indices of more than one axis.
template <Real T>
Tensor<T> index_select(const Tensor<T>& x, long axis, const Indices& indices, CallSite site = CallSite::current());

/// y[i, j, k] = x[i, indices[i, j, k], k] for axis 1, as NumPy's: x and the indices have the same number of axes, and
/// broadcast along all but `axis`. It undoes argsort: take_along_axis(x, argsort(x, 0), 0) is sort(x, 0).
template <Real T>
Tensor<T> take_along_axis(const Tensor<T>& x, const Indices& indices, long axis, CallSite site = CallSite::current());
/// The same as PyTorch's gather: nothing is broadcast, and along the other axes the indices may be shorter than x,
/// which is then read from its beginning.
template <Real T>
Tensor<T> gather(const Tensor<T>& x, long axis, const Indices& indices, CallSite site = CallSite::current());

/// x with y[i, indices[i, j, k], k] = source[i, j, k] for axis 1, as PyTorch's scatter: shapes as in gather, and the
/// source, a tensor or a number, broadcasts to the indices. Of several that go to one place the last one stays, and the
/// others get no gradient.
template <Real T>
Tensor<T> scatter(const Tensor<T>& x, long axis, const Indices& indices, const std::type_identity_t<Tensor<T>>& source,
                  CallSite site = CallSite::current());
/// The same with += : what goes to one place is added in its order.
template <Real T>
Tensor<T> scatter_add(const Tensor<T>& x, long axis, const Indices& indices,
                      const std::type_identity_t<Tensor<T>>& source, CallSite site = CallSite::current());
/// x with a row of the source added at each place along an axis, as PyTorch's: for axis 1, y[i, indices[j], k] +=
/// source[i, j, k]. The source broadcasts to the shape that take(x, indices, axis) has.
template <Real T>
Tensor<T> index_add(const Tensor<T>& x, long axis, const Indices& indices,
                    const std::type_identity_t<Tensor<T>>& source, CallSite site = CallSite::current());

struct IndexPutOptions {
  bool accumulate = false;  ///< add to what is there
};
/// x with x[i, j, ...] = values, as NumPy's assignment to x[indices[0], indices[1], ...] and PyTorch's index_put. The
/// indices are of the first axes and broadcast together; the values broadcast to their shape and the axes that are
/// left. Of several at one place the last one stays. Throws ShapeError for no indices or more than axes.
template <Real T>
Tensor<T> index_put(const Tensor<T>& x, const std::vector<Indices>& indices,
                    const std::type_identity_t<Tensor<T>>& values, IndexPutOptions options = {},
                    CallSite site = CallSite::current());

/// The elements of x where the mask says yes, in their order, as one axis; x and the mask broadcast.
template <Real T>
Tensor<T> masked_select(const Tensor<T>& x, const Mask& mask, CallSite site = CallSite::current());
/// x with a number, or a tensor of shape (), where the mask says yes. The mask broadcasts to x.
template <Real T>
Tensor<T> masked_fill(const Tensor<T>& x, const Mask& mask, const std::type_identity_t<Tensor<T>>& value,
                      CallSite site = CallSite::current());

/// Rows of 0 with a 1 at the index, along a new last axis: one_hot<float>(labels, 10). Without a number of classes, one
/// more than the largest index. Throws DomainError for an index that is negative or not below it.
template <Real T>
Tensor<T> one_hot(const Indices& indices, std::size_t classes, CallSite site = CallSite::current());
template <Real T>
Tensor<T> one_hot(const Indices& indices, CallSite site = CallSite::current());

/// Rows of a table, (count, width), at the indices: their shape and then the width. The gradient of a table that is a
/// variable and read by embedding only is made of the rows that were read, and optimizers write no others; see
/// Gradients::rows. take(table, indices, 0) is the same with a gradient of all rows. Throws ShapeError for an index
/// that is negative or outside, and unless the table has two axes.
template <Real T>
Tensor<T> embedding(const Tensor<T>& table, const Indices& indices, CallSite site = CallSite::current());

}  // namespace tapegrad
