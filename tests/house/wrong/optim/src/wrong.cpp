// Breaks rules on purpose: see ../../../catches.cmake.
#include "../../autodiff/src/record.h"
#include "tapegrad/nn/layers/dense.h"
