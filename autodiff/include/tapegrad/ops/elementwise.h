// Functions of each element: those of the catalogue.
#pragma once
#include "tapegrad/functions/catalogue.h"
