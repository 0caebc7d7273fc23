// Moved: include "tapegrad/inspect/chart.h". This path goes away after one release.
#pragma once
#include "tapegrad/inspect/chart.h"
