// Moved: include "tapegrad/tape/checkpoint.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/checkpoint.h"
