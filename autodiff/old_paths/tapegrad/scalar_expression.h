// Moved: include "tapegrad/scalars/expression.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/expression.h"
