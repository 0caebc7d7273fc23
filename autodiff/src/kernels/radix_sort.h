// Sorting by the digits of a key, from the last to the first: stable, and without comparisons that a processor would
// have to foresee.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "tapegrad/tensor/node.h"

namespace tapegrad::kernels {

/// Sorts items by their keys, unsigned integers; equal ones stay in their order. `other` has room for as many. Returns
/// where the result is: one of the two.
template <class Item, class KeyOf>
Item* radix_sort(Item* items, Item* other, std::size_t count, const KeyOf& key_of) {
  constexpr std::size_t digits = sizeof(key_of(*items)), values = 256;
  std::array<std::array<std::size_t, values>, digits> counts{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = key_of(items[i]);
    for (std::size_t d = 0; d < digits; ++d) ++counts[d][(key >> (8 * d)) & 0xff];
  }
  for (std::size_t d = 0; d < digits && count; ++d) {
    auto& at = counts[d];
    if (at[(key_of(items[0]) >> (8 * d)) & 0xff] == count) continue;  // all have the same digit
    std::size_t sum = 0;
    for (std::size_t& each : at) sum += std::exchange(each, sum);
    for (std::size_t i = 0; i < count; ++i) other[at[(key_of(items[i]) >> (8 * d)) & 0xff]++] = items[i];
    std::swap(items, other);
  }
  return items;
}

/// The same, in place.
template <class Item, class KeyOf>
void radix_sort(Item* items, std::size_t count, const KeyOf& key_of) {
  engine::PoolAllocator<Item> pool;
  Item* other = pool.allocate(count);
  Item* sorted = radix_sort(items, other, count, key_of);
  if (sorted != items) std::copy_n(sorted, count, items);
  pool.deallocate(other, count);
}

}  // namespace tapegrad::kernels
