// Moved: include "tapegrad/tensor/node.h". This path goes away after one release.
#pragma once
#include "tapegrad/tensor/node.h"
