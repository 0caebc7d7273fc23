// Everything in tapegrad::optim.
#pragma once
#include "tapegrad/optim/adam.h"
#include "tapegrad/optim/sgd.h"
