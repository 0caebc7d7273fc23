// Everything for training: compile, fit, evaluate, predict, data sets and batches.
#pragma once
#include "tapegrad/nn/data/batches.h"
#include "tapegrad/nn/data/dataset.h"
#include "tapegrad/nn/training/compile.h"
#include "tapegrad/nn/training/fit.h"
#include "tapegrad/nn/training/history.h"
#include "tapegrad/nn/training/loss.h"
#include "tapegrad/nn/training/metric.h"
