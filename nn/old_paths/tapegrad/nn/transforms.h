// Moved: include "tapegrad/nn/tools/transforms.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/tools/transforms.h"
