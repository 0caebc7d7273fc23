#include "tapegrad/engine/custom/rule.h"
