// Moved: include "tapegrad/optim/rules/adam.h". This path goes away after one release.
#pragma once
#include "tapegrad/optim/rules/adam.h"
