// Moved: include "tapegrad/tensor/xtensor.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/xtensor.h"
