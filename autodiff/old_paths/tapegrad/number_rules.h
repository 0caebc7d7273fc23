// Moved: include "tapegrad/functions/number_rules.h". This path goes away after one release.
#pragma once
#include "tapegrad/functions/number_rules.h"
