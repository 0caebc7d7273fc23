// Everything in tapegrad::optim, but for rule.h, which only a rule of one's own needs.
#pragma once
#include "tapegrad/optim/rules/adagrad.h"
#include "tapegrad/optim/rules/adam.h"
#include "tapegrad/optim/rules/rmsprop.h"
#include "tapegrad/optim/rules/sgd.h"
