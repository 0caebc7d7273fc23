// Moved: include "tapegrad/scalars/scalar.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/scalar.h"
