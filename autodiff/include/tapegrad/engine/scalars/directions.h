// Several adjoints, or tangents, of every scalar at once: each edge is read once for K of them.
#pragma once
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/scalars/log.h"

namespace tapegrad::engine {

/// How many directions go at once: for plain numbers a register of AVX2.
template <ScalarNumber T>
inline constexpr std::size_t directions_at_once = sizeof(T) == 4 ? 8 : 4;

/// to += weight * from, in K lanes. Nothing goes on from a lane that is 0, not even through an infinite weight.
template <std::size_t K, ScalarNumber T>
[[gnu::always_inline]] inline void add_along(const T& weight, const T* from, T* to) {
  constexpr std::size_t register_bytes = 32;
  if constexpr (std::is_floating_point_v<T> && K * sizeof(T) % register_bytes == 0) {
    using Lanes [[gnu::vector_size(register_bytes)]] = T;
    for (std::size_t at = 0; at < K; at += register_bytes / sizeof(T)) {
      Lanes reached, sum;
      std::memcpy(&reached, from + at, register_bytes);
      std::memcpy(&sum, to + at, register_bytes);
      const auto goes_on = reached != Lanes{};
      const Lanes moved = weight * reached;
      sum += reinterpret_cast<Lanes>(reinterpret_cast<decltype(goes_on)>(moved) & goes_on);
      std::memcpy(to + at, &sum, register_bytes);
    }
  } else {
    for (std::size_t lane = 0; lane < K; ++lane) {
      if (!is_zero(from[lane])) to[lane] += weight * from[lane];
    }
  }
}

/// K numbers for each of `count` slots from `first` on. All other slots share one more place, whose numbers mean
/// nothing.
template <std::size_t K, ScalarNumber T>
class ScalarDirections {
 public:
  ScalarDirections(std::uint32_t first, std::uint32_t count)
      : first_(first), count_(count), lanes_((std::size_t(count) + 1) * K) {}
  /// The K numbers of a slot.
  T* operator[](std::uint32_t slot) { return lanes_.data() + std::size_t(std::min(slot - first_, count_)) * K; }
  void clear() { std::fill(lanes_.begin(), lanes_.end(), T(0)); }

  /// Adjoints through edges, from the last to the first.
  void backward(const ScalarEdge<T>* first, const ScalarEdge<T>* past) {
    while (past != first) {
      --past;
      add_along<K>(past->weight, (*this)[past->target], (*this)[past->source]);
    }
  }
  /// Tangents, from the first to the last. Slots outside are constants.
  void forward(const ScalarEdge<T>* first, const ScalarEdge<T>* past) {
    for (; first != past; ++first) add_along<K>(first->weight, (*this)[first->source], (*this)[first->target]);
  }

 private:
  std::uint32_t first_, count_;
  std::vector<T, PoolAllocator<T>> lanes_;
};

}  // namespace tapegrad::engine
