#include "inspect/why/reasons.h"
