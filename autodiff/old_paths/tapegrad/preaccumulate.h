// Moved: include "tapegrad/scalars/preaccumulate.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/preaccumulate.h"
