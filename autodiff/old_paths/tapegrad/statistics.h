// Moved: include "tapegrad/tape/statistics.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/statistics.h"
