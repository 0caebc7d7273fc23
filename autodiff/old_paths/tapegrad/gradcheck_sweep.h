// Moved: include "tapegrad/gradcheck/sweep.h". This path goes away after one release.
#pragma once
#include "tapegrad/gradcheck/sweep.h"
