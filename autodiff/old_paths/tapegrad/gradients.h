// Moved: include "tapegrad/tape/gradients.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/gradients.h"
