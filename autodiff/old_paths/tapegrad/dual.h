// Moved: include "tapegrad/functions/dual.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/dual.h"
