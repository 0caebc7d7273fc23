// Moved: include "tapegrad/functions/elementwise.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/elementwise.h"
