// Moved: include "tapegrad/tape/tape.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/tape.h"
