// Moved: include "tapegrad/nn/training/training.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/training/training.h"
