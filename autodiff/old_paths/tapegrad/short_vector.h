// Moved: include "tapegrad/tensor/short_vector.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/short_vector.h"
