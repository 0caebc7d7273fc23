// Moved: include "tapegrad/gradcheck/function.h". This path goes away after one release.
#pragma once
#include "tapegrad/gradcheck/function.h"
