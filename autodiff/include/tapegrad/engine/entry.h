// One entry of a tape, as it lies in memory.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <cstdint>

#include "tapegrad/engine/kind.h"
#include "tapegrad/error.h"

namespace tapegrad::engine {

/// To which Linearization an entry belongs while that is applied: to the innermost one, told by its depth.
class Membership {
 public:
  /// To none.
  constexpr Membership() = default;
  /// Between the inputs and the results of the Linearization at this depth, from 1 on.
  static constexpr Membership inside(unsigned depth) { return Membership(depth << 1); }
  /// One of its inputs: the adjoint or tangent that stands there is to stay.
  static constexpr Membership at_its_begin(unsigned depth) { return Membership(depth << 1 | 1); }
  constexpr bool of(unsigned depth) const { return bits_ >> 1 == depth; }
  constexpr bool begins() const { return bits_ & 1; }
  constexpr bool operator==(const Membership&) const = default;

 private:
  constexpr explicit Membership(unsigned bits) : bits_(static_cast<std::uint16_t>(bits)) {}
  std::uint16_t bits_ = 0;
};

/// One entry: 64 bytes, followed in memory by pointers to the inputs' entries and then by the rule's captures.
struct Entry {
  const Kind* kind;
  Entry* previous;
  Node* adjoint;  // in a sweep; in a push, the tangent
  CallSite site;
  Shape shape;
  std::uint32_t inputs;
  std::uint32_t variable;  // id of a leaf, else 0
  Dtype dtype;
  bool live : 1;  // captures not destroyed yet
  bool masked : 1 = false;       // a 0 in `adjoint` may be one that a mask put there, through which nothing flows
  bool born_masked : 1 = false;  // recorded by a rule whose adjoint was masked: whatever reaches it is
  Membership membership = {};

  Entry** input() { return reinterpret_cast<Entry**>(this + 1); }
  const Entry* const* input() const { return reinterpret_cast<const Entry* const*>(this + 1); }
  void* captures() { return input() + inputs + (inputs & 1); }  // 16-byte aligned
};
static_assert(sizeof(Entry) == 64);

}  // namespace tapegrad::engine
