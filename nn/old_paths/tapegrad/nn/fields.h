// Moved: include "tapegrad/nn/module/fields.h". This path goes away after one release.
#pragma once
#include "tapegrad/nn/module/fields.h"
