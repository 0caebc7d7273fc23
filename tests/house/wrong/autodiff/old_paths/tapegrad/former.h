#include "tapegrad/tape/former.h"
