// Every op on tensors. Shapes broadcast as in NumPy; every op throws ShapeError when they do not fit.
#pragma once
#include "tapegrad/ops/arithmetic.h"
#include "tapegrad/ops/comparisons.h"
#include "tapegrad/ops/contractions.h"
#include "tapegrad/ops/elementwise.h"
#include "tapegrad/ops/linear_algebra.h"
#include "tapegrad/ops/linear_systems.h"
#include "tapegrad/ops/losses.h"
#include "tapegrad/ops/reductions.h"
#include "tapegrad/ops/shapes.h"
#include "tapegrad/ops/with_others.h"
#include "tapegrad/tensor/create.h"
#include "tapegrad/tensor/print.h"
