// Moved: include "tapegrad/functions/catalogue.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/catalogue.h"
