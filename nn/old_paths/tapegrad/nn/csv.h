// Moved: include "tapegrad/nn/data/readers/csv.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/data/readers/csv.h"
