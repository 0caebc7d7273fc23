// The op blocks of each family file, for the list in all_ops.cpp.
#pragma once
#include "tapegrad/op_info.h"

namespace tapegrad {

std::vector<OpInfo> elementwise_ops();
std::vector<OpInfo> arithmetic_ops();
std::vector<OpInfo> reduction_ops();
std::vector<OpInfo> shape_ops();
std::vector<OpInfo> linear_ops();
std::vector<OpInfo> loss_ops();

}  // namespace tapegrad
