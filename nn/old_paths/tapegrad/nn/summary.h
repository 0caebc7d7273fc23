// Moved: include "tapegrad/nn/module/summary.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/module/summary.h"
