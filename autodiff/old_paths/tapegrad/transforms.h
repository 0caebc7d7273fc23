// Moved: include "tapegrad/transforms/transforms.h". This path goes away after one release.
#pragma once
#include "tapegrad/transforms/transforms.h"
