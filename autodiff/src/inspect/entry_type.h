// The type of an entry as users see it: a variable, an op, scalar statements, or a read without a gradient.
#pragma once
#include "tapegrad/engine/entry.h"
#include "tapegrad/inspect/print.h"

namespace tapegrad::engine {

/// Scalar statements, and tensors that are made of them, name no entries as inputs.
inline bool from_scalars(const Entry& entry) {
  return entry.kind->on_scalars || (entry.inputs == 0 && !entry.variable && !entry.kind->is_read);
}

inline EntryType type_of(const Entry& entry) {
  if (entry.variable) return EntryType::variable;
  if (!entry.kind->is_read) return from_scalars(entry) ? EntryType::scalars : EntryType::op;
  const OpTraits& traits = *entry.kind->traits;
  return traits.leaves_tape || traits.no_derivative.empty() ? EntryType::cut : EntryType::choice;
}

/// How the op of an entry is written; null where it has no formula.
inline const Formula* formula_of(const Entry& entry) {
  const Formula& formula = entry.kind->traits->formula;
  return formula.value.text.empty() ? nullptr : &formula;
}

}  // namespace tapegrad::engine
