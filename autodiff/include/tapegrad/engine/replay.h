// An op of a tape as something that can be called again.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <vector>

#include "tapegrad/engine/entry.h"
#include "tapegrad/tape/tape.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad::engine {

struct Batch;

/// An op that can be called again on other inputs, of either element type. Kept by tapes that keep more than rules.
struct Replay {
  Entry* entry = nullptr;
  std::vector<AnyTensor> constants;  // of inputs that have no entry
  virtual ~Replay() = default;
  virtual Tensor<float> run(const std::vector<Tensor<float>>& inputs) const = 0;
  virtual Tensor<double> run(const std::vector<Tensor<double>>& inputs) const = 0;
  /// All examples in one call, by the op's `batched`; an empty tensor where the op has none.
  virtual Tensor<float> run(const std::vector<Tensor<float>>& inputs, const Batch& batch) const = 0;
  virtual Tensor<double> run(const std::vector<Tensor<double>>& inputs, const Batch& batch) const = 0;
  /// The mask by which the op chooses, or null; and the op with another one.
  virtual const Mask* mask() const = 0;
  virtual Tensor<float> run(const std::vector<Tensor<float>>& inputs, const Mask& mask) const = 0;
  virtual Tensor<double> run(const std::vector<Tensor<double>>& inputs, const Mask& mask) const = 0;
};
template <class Call>
struct ReplayOf final : Replay {
  explicit ReplayOf(Call f) : call(std::move(f)) {}
  Tensor<float> run(const std::vector<Tensor<float>>& inputs) const override { return call(inputs); }
  Tensor<double> run(const std::vector<Tensor<double>>& inputs) const override { return call(inputs); }
  Tensor<float> run(const std::vector<Tensor<float>>& inputs, const Batch& batch) const override {
    return batched(inputs, batch);
  }
  Tensor<double> run(const std::vector<Tensor<double>>& inputs, const Batch& batch) const override {
    return batched(inputs, batch);
  }
  const Mask* mask() const override {
    if constexpr (requires { call.mask; }) return &call.mask;
    else return nullptr;
  }
  Tensor<float> run(const std::vector<Tensor<float>>& inputs, const Mask& mask) const override {
    return with(mask, inputs);
  }
  Tensor<double> run(const std::vector<Tensor<double>>& inputs, const Mask& mask) const override {
    return with(mask, inputs);
  }
  Call call;

 private:
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& inputs, const Batch& batch) const {
    if constexpr (requires { call.batched(inputs, batch); }) return call.batched(inputs, batch);
    else return {};
  }
  template <Real T>
  Tensor<T> with(const Mask& mask, const std::vector<Tensor<T>>& inputs) const {
    if constexpr (requires { call.mask; }) {
      Call other = call;
      other.mask = mask;
      return other(inputs);
    } else return call(inputs);
  }
};

}  // namespace tapegrad::engine
