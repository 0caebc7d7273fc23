// What the ops on windows share.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// Windows along an axis: their length, and how far each is from the one before.
struct Windows {
  std::size_t axis, size, step;
};
/// The reverse of unfold: the sum of windows, g's last axis, where they overlap; `full` is the shape without them.
template <Real T>
Tensor<T> fold(const Tensor<T>& g, const Windows& windows, const Shape& full, const CallSite& site = {});

}  // namespace tapegrad
