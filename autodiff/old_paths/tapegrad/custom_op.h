// Moved: include "tapegrad/custom/custom_op.h". This path goes away after one release.
#pragma once
#include "tapegrad/custom/custom_op.h"
