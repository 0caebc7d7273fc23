// Breaks a rule on purpose: see ../../../../catches.cmake.
#pragma once
#include "tapegrad/tape/tape.h"
