// One entry of a tape, as it lies in memory.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <cstdint>

#include "tapegrad/engine/kind.h"
#include "tapegrad/error.h"

namespace tapegrad::engine {

/// 64 bytes, followed by the inputs' entries and then the rule's captures, in place.
struct Entry {
  const Kind* kind;
  Entry* previous;
  Node* adjoint;  // in a sweep; in a push, the tangent
  CallSite site;
  Shape shape;
  std::uint32_t inputs;
  std::uint32_t variable;  // id of a leaf, else 0
  Dtype dtype;
  bool live;  // captures not destroyed yet
  std::uint16_t mark = 0;  // twice the depth of the Linearization that is applied to it, plus 1 if it begins there

  Entry** input() { return reinterpret_cast<Entry**>(this + 1); }
  const Entry* const* input() const { return reinterpret_cast<const Entry* const*>(this + 1); }
  void* captures() { return input() + inputs + (inputs & 1); }  // 16-byte aligned
};
static_assert(sizeof(Entry) == 64);

}  // namespace tapegrad::engine
