// Moved: include "tapegrad/tensor/view.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/view.h"
