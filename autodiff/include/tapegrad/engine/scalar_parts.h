// Which scalars of a tape are alive: those whose slot was not rewound since they were made.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "tapegrad/node.h"

namespace tapegrad {

/// A tag is a number of 31 bits for the part of a tape in which a scalar was made, times two, plus one once the scalar
/// was read. No two parts share a number until 2^31 have been made.
inline constexpr std::uint32_t constant_tag = 1;
inline constexpr std::uint32_t part_of(std::uint32_t tag) { return tag >> 1; }

/// A tape begins a part, and so does each rewind. Ranges of parts in the order they were made, each with its end: the
/// slot from which on its scalars were rewound.
class ScalarParts {
 public:
  void clear() { *this = {}; }
  void begin(std::uint32_t part) { present_ = {part, part, std::numeric_limits<std::uint32_t>::max()}; }
  /// Slots from `slots` on are free again, for scalars of a new part.
  void rewind(std::uint32_t slots, std::uint32_t part) {
    earlier_.push_back(present_);
    for (Range& range : earlier_) range.end = std::min(range.end, slots);
    while (earlier_.size() > 1 && joins(earlier_[earlier_.size() - 2], earlier_.back())) {
      earlier_[earlier_.size() - 2].last = earlier_.back().last;
      earlier_.pop_back();
    }
    begin(part);
  }
  /// The part in which scalars are made now: all of it is alive.
  std::uint32_t present() const { return present_.first; }
  /// Whether a scalar with this tag and slot is of this tape, and was not rewound.
  bool alive(std::uint32_t tag, std::uint32_t slot) const {
    if (part_of(tag) == present_.first) [[likely]] return slot < present_.end;
    return was_alive(part_of(tag), slot);
  }

 private:
  struct Range {
    std::uint32_t first = 0, last = 0, end = 0;
  };
  // A loop of rewinds to one mark keeps one range.
  static bool joins(const Range& a, const Range& b) { return a.end == b.end && b.first == a.last + 1; }
  [[gnu::noinline]] bool was_alive(std::uint32_t part, std::uint32_t slot) const {
    for (std::size_t i = earlier_.size(); i-- > 0;) {
      const Range& range = earlier_[i];
      if (part - range.first <= range.last - range.first) return slot < range.end;
    }
    return false;
  }
  Range present_;  // one part
  std::vector<Range, PoolAllocator<Range>> earlier_;
};

}  // namespace tapegrad
