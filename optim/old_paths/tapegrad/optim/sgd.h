// Moved: include "tapegrad/optim/rules/sgd.h". This path goes away after one release.
#pragma once
#include "tapegrad/optim/rules/sgd.h"
