// Entries of the scalar side: runs of statements, and the bridges between scalars and tensors.
#pragma once
#include "record.h"

namespace tapegrad {

/// Whether an entry acts on scalar adjoints, so that it must run in a sweep even without a tensor adjoint.
bool is_scalar_entry(const Entry& entry);

}  // namespace tapegrad
