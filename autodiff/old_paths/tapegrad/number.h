// Moved: include "tapegrad/functions/number.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/number.h"
