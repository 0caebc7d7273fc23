// Everything in tapegrad::optim.
#pragma once
#include "tapegrad/optim/rules/adam.h"
#include "tapegrad/optim/rules/sgd.h"
