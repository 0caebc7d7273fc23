// How axes and shapes are written in a call: 1, {0, -1}, {n, -1, 3}.
#pragma once
#include <concepts>
#include <initializer_list>

#include "tapegrad/tensor/shape.h"
#include "tapegrad/tensor/short_vector.h"

namespace tapegrad {

/// Numbers of axes, which may count from the end (-1 is the last): sum(x, 1), sum(x, {0, -1}). None given: all of them.
class Axes : public ShortVector<long, 8> {
 public:
  Axes() = default;
  template <std::integral I>
  Axes(I axis) : ShortVector({static_cast<long>(axis)}) {}
  Axes(std::initializer_list<long> axes) : ShortVector(axes) {}
  template <std::input_iterator I>
  Axes(I first, I last) : ShortVector(first, last) {}
  /// `count` places, each `value`, for code that fills them.
  static Axes filled(std::size_t count, long value) {
    Axes axes;
    for (std::size_t i = 0; i < count; ++i) axes.push_back(value);
    return axes;
  }
};

/// A shape in which one length may be -1, for what is left of the elements: reshape(x, {-1, 2}), reshape(x, -1).
class Extents {
 public:
  /// A length, of any integer type.
  struct Length {
    template <std::integral I>
    Length(I length) : value(static_cast<long>(length)) {}
    long value;
  };
  template <std::integral I>
  Extents(I length) : lengths_({static_cast<long>(length)}) {}
  Extents(std::initializer_list<Length> lengths) {
    for (const Length& length : lengths) lengths_.push_back(length.value);
  }
  Extents(const Shape& shape) : lengths_(shape.begin(), shape.end()) {}
  const ShortVector<long, 8>& lengths() const { return lengths_; }

 private:
  ShortVector<long, 8> lengths_;
};

}  // namespace tapegrad
