// Moved: include "tapegrad/nn/layers/sequential.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/layers/sequential.h"
