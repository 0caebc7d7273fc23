#include "tapegrad/former.h"
