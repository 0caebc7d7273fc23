// Moved: include "tapegrad/functions/lanes.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/lanes.h"
