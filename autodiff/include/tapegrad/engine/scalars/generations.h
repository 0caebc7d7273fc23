// Which scalars of a tape are alive: those whose slot was not rewound since they were made.
#pragma once
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "tapegrad/tensor/node.h"

namespace tapegrad::engine {

/// A tag is the number of the generation to which a scalar belongs, of 31 bits, times two, plus one once the scalar was
/// read. No two generations share a number until 2^31 have begun.
inline constexpr std::uint32_t constant_tag = 1;
inline constexpr std::uint32_t generation_of(std::uint32_t tag) { return tag >> 1; }

/// The generations of scalars of one tape. A tape begins one, and so does each rewind and each preaccumulation. A
/// generation has the slots from that where it began to that where the next one did.
class ScalarGenerations {
 public:
  void clear() { *this = {}; }
  /// Slots from `slot` on are for scalars of a new generation: those that had them are dead. A generation that keeps
  /// none is forgotten, so that loops of rewinds to one mark leave nothing behind.
  void begin(std::uint32_t slot, std::uint32_t generation) {
    earlier_.push_back(present_);
    while (!earlier_.empty() && earlier_.back().begin >= slot) earlier_.pop_back();
    if (!earlier_.empty()) earlier_.back().end = std::min(earlier_.back().end, slot);
    present_ = {generation, slot, none};
  }
  /// Whether a scalar with this tag and slot is of this tape, and was not rewound.
  bool alive(std::uint32_t tag, std::uint32_t slot) const {
    if (generation_of(tag) == present_.generation) [[likely]] return slot < present_.end;
    return was_alive(generation_of(tag), slot);
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  struct Range {
    std::uint32_t generation = 0, begin = none, end = 0;
  };
  [[gnu::noinline]] bool was_alive(std::uint32_t generation, std::uint32_t slot) const {
    const auto after = std::upper_bound(earlier_.begin(), earlier_.end(), slot,
                                        [](std::uint32_t s, const Range& range) { return s < range.begin; });
    if (after == earlier_.begin()) return false;
    const Range& range = *std::prev(after);
    return range.generation == generation && slot < range.end;
  }
  Range present_;
  std::vector<Range, PoolAllocator<Range>> earlier_;  // one after the other, none empty
};

}  // namespace tapegrad::engine
