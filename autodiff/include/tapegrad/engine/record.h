// All that an op of the library is written with: Inputs, the rules that it records, what a rule sees.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include "tapegrad/engine/batch.h"
#include "tapegrad/engine/inputs.h"
