// What was followed on one example, called for all of them.
#pragma once
#include <map>
#include <vector>

#include "engine/trace.h"
#include "tapegrad/tape/statistics.h"

namespace tapegrad::engine {

/// The steps of a trace that has ended, as ordinary ops on the examples, which stand along a first axis.
class BatchedSteps {
 public:
  BatchedSteps(std::vector<TraceStep> steps, std::vector<AnyTensor> arguments, std::size_t length);
  /// The results with the axis of the examples.
  std::vector<AnyTensor> results(const std::vector<TraceInput>& of_one);
  /// What had to be called example by example.
  std::vector<VmapLoop> loops() const;

 private:
  struct Value {
    AnyTensor x = {};
    bool varies = false;  // has the axis
    Shape shape = {};     // of one example
  };
  struct MaskValue {
    std::optional<Mask> mask = {};
    bool varies = false;
  };
  void place_variables() const;
  std::vector<char> needed_for(const std::vector<TraceInput>& results) const;
  Value value_of(const TraceInput& input) const;
  MaskValue mask_of(const TraceMask& input) const;
  void run(std::size_t i);
  void run_mask(std::size_t i, const Batch& batch, std::vector<Value> inputs);
  template <Real T>
  Tensor<T> run_op(const TraceStep& step, const Batch& batch, const std::vector<Tensor<T>>& x);
  template <Real T>
  Tensor<T> one_by_one(const TraceStep& step, const Batch& batch, const std::vector<Tensor<T>>& x);

  std::vector<TraceStep> steps_;
  std::vector<AnyTensor> arguments_;
  std::size_t length_;
  std::vector<Value> values_;     // by step
  std::vector<MaskValue> masks_;  // by step
  std::map<std::string, std::size_t> loops_;
};

}  // namespace tapegrad::engine
