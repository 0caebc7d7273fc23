// Moved: include "tapegrad/scalars/binomial_schedule.h". This path goes away after one release.
#pragma once
#include "tapegrad/scalars/binomial_schedule.h"
