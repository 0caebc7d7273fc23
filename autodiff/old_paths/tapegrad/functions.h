// Moved: include "tapegrad/functions/functions.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/functions.h"
