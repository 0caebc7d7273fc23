// Moved: include "tapegrad/scalars/arrays.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/arrays.h"
