// Ops that are named while the program runs: custom ops, external functions.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include "tapegrad/engine/kind.h"

namespace tapegrad::engine {

/// A descriptor with a copy of the name, kept for the life of the program. What its rule holds is not known.
const OpTraits& kept_traits(std::string_view name, Depends depends = Depends::across);
/// A copy of the kind, kept for the life of the program: its entries may be read after their rules are gone. Its traits
/// must be kept ones.
const Kind& kept_kind(const Kind& kind);

}  // namespace tapegrad::engine
