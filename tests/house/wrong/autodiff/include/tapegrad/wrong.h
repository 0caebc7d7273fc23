// Breaks rules on purpose: see ../../../../catches.cmake.
#pragma once
#include <cblas.h>
#include <xtensor/xarray.hpp>

#include "tapegrad/optim/rules/sgd.h"
