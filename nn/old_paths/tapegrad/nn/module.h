// Moved: include "tapegrad/nn/module/module.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/module/module.h"
