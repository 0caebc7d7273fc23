// Moved: include "tapegrad/inspect/explain.h". This path goes away after one release.
#pragma once
#include "tapegrad/inspect/explain.h"
