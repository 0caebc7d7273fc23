// The op blocks of each family file, for the list in all_ops.cpp.
#pragma once
#include "tapegrad/ops/op_info.h"

namespace tapegrad {
using namespace engine;

std::vector<OpInfo> elementwise_ops();
std::vector<OpInfo> arithmetic_ops();
std::vector<OpInfo> power_ops();
std::vector<OpInfo> selection_ops();
std::vector<OpInfo> reduction_ops();
std::vector<OpInfo> shape_ops();
std::vector<OpInfo> linear_ops();
std::vector<OpInfo> loss_ops();
std::vector<OpInfo> hook_ops();
std::vector<OpInfo> checkpoint_ops();

/// An op of two tensors that broadcast, with the shapes that its tests need.
template <class F>
OpInfo pair_op(std::string_view name, Domain domain, F f) {
  auto call = [f](const auto& x) { return f(x[0], x[1]); };
  auto twice = [f](const auto& x) { return f(x[0], x[0] + x[0]); };
  return {name, {{"same shapes", {{2, 3}, {2, 3}}, domain, call},
                 {"row", {{4, 3}, {3}}, domain, call},
                 {"long row", {{3, 37}, {37}}, domain, call},
                 {"column and row", {{4, 1}, {1, 3}}, domain, call},
                 {"number", {{2, 2}, Shape{}}, domain, call},
                 {"more axes", {{3, 1}, {2, 1, 4}}, domain, call},
                 {"five axes", {{2, 1, 2, 1, 2}, {1, 2, 1}}, domain, call},
                 {"empty", {{0, 3}, {3}}, domain, call},
                 {"one input twice", {{3}}, domain, twice}}};
}

}  // namespace tapegrad
