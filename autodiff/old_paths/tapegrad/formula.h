// Moved: include "tapegrad/functions/formula.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/formula.h"
