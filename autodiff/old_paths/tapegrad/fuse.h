// Moved: include "tapegrad/functions/fuse.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/fuse.h"
