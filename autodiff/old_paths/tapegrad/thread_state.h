// Moved: include "tapegrad/tape/thread_state.h". This path goes away after one release.
#pragma once
#include "tapegrad/tape/thread_state.h"
