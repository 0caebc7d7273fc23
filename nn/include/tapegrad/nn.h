// Everything in tapegrad::nn.
#pragma once
#include "tapegrad/nn/activations.h"
#include "tapegrad/nn/csv.h"
#include "tapegrad/nn/dense.h"
#include "tapegrad/nn/gradcheck.h"
#include "tapegrad/nn/losses.h"
#include "tapegrad/nn/module.h"
#include "tapegrad/nn/plot.h"
#include "tapegrad/nn/random.h"
#include "tapegrad/nn/sequential.h"
#include "tapegrad/nn/summary.h"
#include "tapegrad/nn/training.h"
#include "tapegrad/nn/transforms.h"
