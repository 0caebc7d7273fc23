// Everything in tapegrad::nn.
#pragma once
#include "tapegrad/nn/layers/activation.h"
#include "tapegrad/nn/data/readers/csv.h"
#include "tapegrad/nn/layers/dense.h"
#include "tapegrad/nn/tools/gradcheck.h"
#include "tapegrad/nn/losses.h"
#include "tapegrad/nn/module/module.h"
#include "tapegrad/nn/tools/plot.h"
#include "tapegrad/nn/random.h"
#include "tapegrad/nn/layers/sequential.h"
#include "tapegrad/nn/module/summary.h"
#include "tapegrad/nn/training/training.h"
#include "tapegrad/nn/tools/transforms.h"
