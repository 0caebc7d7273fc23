// Everything in tapegrad::autodiff but the parts that cost compile time.
#pragma once
#include "tapegrad/elementwise.h"
#include "tapegrad/error.h"
#include "tapegrad/gradcheck.h"
#include "tapegrad/gradients.h"
#include "tapegrad/op_info.h"
#include "tapegrad/ops.h"
#include "tapegrad/scalar.h"
#include "tapegrad/shape.h"
#include "tapegrad/tape.h"
#include "tapegrad/tensor.h"
#include "tapegrad/transforms.h"
#include "tapegrad/view.h"
