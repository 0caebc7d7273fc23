#include "tapegrad/engine/tape_state.h"
