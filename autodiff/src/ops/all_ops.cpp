// The explicit list: a static library would drop ops that register themselves.
#include "ops/families.h"

namespace tapegrad {
using namespace engine;

const std::vector<OpInfo>& all_ops() {
  static const std::vector<OpInfo> list = [] {
    std::vector<OpInfo> ops;
    for (auto family : {elementwise_ops, arithmetic_ops, power_ops, selection_ops, reduction_ops, shape_ops, linear_ops,
                        loss_ops, hook_ops, checkpoint_ops}) {
      for (OpInfo& op : family()) ops.push_back(std::move(op));
    }
    return ops;
  }();
  return list;
}

}  // namespace tapegrad
