// Moved: include "tapegrad/scalars/checkpointed_loop.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/checkpointed_loop.h"
