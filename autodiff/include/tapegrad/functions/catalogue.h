// The catalogue: all functions of elements, one struct each, that tensors, scalars, dual numbers and fuse share.
#pragma once
#include "tapegrad/functions/catalogue/activations.h"
#include "tapegrad/functions/catalogue/exponentials.h"
#include "tapegrad/functions/catalogue/pairs.h"
#include "tapegrad/functions/catalogue/powers.h"
#include "tapegrad/functions/catalogue/special.h"
#include "tapegrad/functions/catalogue/trigonometry.h"

namespace tapegrad {

/// All functions of one argument. Kernels, formulas, replays, tests and layers fold over them.
using Functions = Join<elementwise::Powers, elementwise::Exponentials, elementwise::Trigonometry,
                       elementwise::SpecialFunctions, elementwise::Activations>;
/// All functions of two arguments that tensors have an op for.
using PairFunctions = elementwise::Pairs;

}  // namespace tapegrad
