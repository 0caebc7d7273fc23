// Moved: include "tapegrad/tensor/tensor.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/tensor.h"
