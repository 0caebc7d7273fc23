// Moved: include "tapegrad/scalars/external_function.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/external_function.h"
