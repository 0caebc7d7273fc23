// Arrays put together from places of another one, axis by axis: padding, rolling, repeating.
#pragma once
#include <cstddef>
#include <vector>

#include "tapegrad/engine/loops/strided.h"

namespace tapegrad::kernels {

/// Places along an axis that follow one another in the result: `count` of them from `start`, `step` apart, which is 1,
/// 0 or -1. A negative start stands for no place at all, but a number.
struct Run {
  std::ptrdiff_t start = 0, step = 1;
  std::size_t count = 0;
};
using Runs = std::vector<Run, engine::PoolAllocator<Run>>;
/// Of all axes.
using Picks = std::vector<Runs, engine::PoolAllocator<Runs>>;

/// How many places they are.
std::size_t length_of(const Runs& runs);
/// Whether they are all places of an axis, in order.
bool takes_all(const Runs& runs, std::size_t length);

/// to = the elements of `from`, an array of `shape`, whose places along each axis are picked; `number` where there is
/// none.
template <class T>
void pick(T* to, const T* from, const Shape& shape, const Picks& picks, T number);

/// The reverse along the middle one of three axes: to[i, p, k] is the sum of from[i, q, k] over all q for which p was
/// picked. Sums are made in double.
template <class T>
void sum_picked(T* to, const T* from, std::size_t outer, std::size_t length, std::size_t inner, const Runs& runs);

}  // namespace tapegrad::kernels
