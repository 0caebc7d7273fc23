// Moved: include "tapegrad/nn/layers/dense.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/layers/dense.h"
