// An op of a tape as something that can be called again.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <vector>

#include "tapegrad/engine/entry.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad::engine {

/// An op that can be called again on other inputs, of either element type. Kept by tapes that keep more than rules.
struct Replay {
  Entry* entry = nullptr;
  std::vector<AnyTensor> constants;  // of inputs that have no entry
  virtual ~Replay() = default;
  virtual Tensor<float> run(const std::vector<Tensor<float>>& inputs) const = 0;
  virtual Tensor<double> run(const std::vector<Tensor<double>>& inputs) const = 0;
};
template <class Call>
struct ReplayOf final : Replay {
  explicit ReplayOf(Call f) : call(std::move(f)) {}
  Tensor<float> run(const std::vector<Tensor<float>>& inputs) const override { return call(inputs); }
  Tensor<double> run(const std::vector<Tensor<double>>& inputs) const override { return call(inputs); }
  Call call;
};

}  // namespace tapegrad::engine
