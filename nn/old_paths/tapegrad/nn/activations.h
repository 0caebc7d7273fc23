// Moved: include "tapegrad/nn/layers/activation.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/layers/activation.h"
