// Moved: include "tapegrad/tensor/shape.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/shape.h"
