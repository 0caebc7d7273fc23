#include "tapegrad/engine/entry.h"
