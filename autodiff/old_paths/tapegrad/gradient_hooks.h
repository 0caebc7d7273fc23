// Moved: include "tapegrad/tape/gradient_hooks.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/gradient_hooks.h"
