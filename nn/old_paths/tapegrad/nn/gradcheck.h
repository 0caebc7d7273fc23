// Moved: include "tapegrad/nn/tools/gradcheck.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/tools/gradcheck.h"
