// What batching rules are made of: how an op is called once for all examples of vmap.
// For ops only, those of the library and fuse; programs use vmap.h.
#pragma once
#include <vector>

#include "tapegrad/ops/shapes.h"

namespace tapegrad::engine {

/// What the `batched` of an op is told beside the inputs. An input of which each example has its own has one more axis,
/// for the examples, before all others; at least one input has. The result is to have it too.
///
/// An op of elements needs no `batched`: its inputs get axes of 1 until they stand behind each other, and it is called.
struct Batch {
  std::size_t length = 0;          ///< how many examples
  std::vector<char> has = {};      ///< of each input whether it has the axis
  std::vector<Shape> shapes = {};  ///< of each input for one example
  Shape result = {};               ///< of the result for one example

  /// The shape with the axis.
  Shape operator+(const Shape& shape) const {
    ShortVector<std::size_t, 8> axes{length};
    for (const std::size_t axis : shape) axes.push_back(axis);
    return Shape(axes);
  }
  /// The place of an axis, which one from the end keeps.
  static long axis(long axis) { return axis < 0 ? axis : axis + 1; }
  static std::size_t axis(std::size_t axis) { return axis + 1; }
  static Axes axes(const Axes& axes) {
    Axes moved;
    for (const long each : axes) moved.push_back(axis(each));
    return moved;
  }
  /// Slices behind one that takes all examples.
  Slices slices(const Slices& of_one) const {
    Slices all{{0, 1, length, false}};
    for (const Slice& each : of_one) all.push_back(each);
    return all;
  }

  /// Input i with axes of 1 behind that of the examples, so that one example has `rank` axes.
  template <Real T>
  Tensor<T> raised(const Tensor<T>& x, std::size_t i, std::size_t rank) const {
    const std::size_t own = shapes[i].rank();
    if (!has[i] || own >= rank) return x;
    ShortVector<std::size_t, 8> axes(1 + rank - own, 1);
    axes[0] = length;
    for (const std::size_t axis : shapes[i]) axes.push_back(axis);
    return reshape(x, Shape(axes));
  }
  /// All inputs so that they broadcast as those of one example do; of at least `rank` axes.
  template <Real T>
  std::vector<Tensor<T>> aligned(const std::vector<Tensor<T>>& x, std::size_t rank = 0) const {
    for (const Shape& shape : shapes) rank = std::max(rank, shape.rank());
    std::vector<Tensor<T>> all;
    for (std::size_t i = 0; i < x.size(); ++i) all.push_back(raised(x[i], i, rank));
    return all;
  }
  /// All inputs with the axis of the examples.
  template <Real T>
  std::vector<Tensor<T>> whole(const std::vector<Tensor<T>>& x) const {
    std::vector<Tensor<T>> all;
    for (std::size_t i = 0; i < x.size(); ++i) all.push_back(has[i] ? x[i] : broadcast_to(x[i], *this + shapes[i]));
    return all;
  }
  /// f(x, axes, options) for an op that reduces over axes, of which none stands for all.
  template <Real T, class Options, class F>
  Tensor<T> reduced(const Tensor<T>& x, const Axes& of_one, Options options, const F& f) const {
    if (x.rank() == 1) {  // an example is a number
      options.keepdims = false;
      return f(reshape(x, Shape{length, 1}), Axes(1), options);
    }
    if (!of_one.empty()) return f(x, axes(of_one), options);
    Axes all;
    for (std::size_t i = 1; i < x.rank(); ++i) all.push_back(static_cast<long>(i));
    return f(x, all, options);
  }
};

}  // namespace tapegrad::engine
