// Moved: include "tapegrad/inspect/steps.h". This path goes away after one release.
#pragma once
#include "tapegrad/inspect/steps.h"
