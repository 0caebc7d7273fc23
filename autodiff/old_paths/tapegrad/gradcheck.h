// Moved: include "tapegrad/gradcheck/gradcheck.h". This path goes away after one release.
#pragma once
#include "tapegrad/gradcheck/gradcheck.h"
