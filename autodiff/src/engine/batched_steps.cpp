// What was followed on one example, called for all of them.
#include "engine/batched_steps.h"
#include "tensor/choices.h"

#include <algorithm>

#include "tapegrad/ops.h"

namespace tapegrad::engine {
namespace {

const Node* node_of(const AnyTensor& x) {
  return std::visit([](const auto& tensor) -> const Node* { return tensor.node(); }, x);
}

template <Real T>
Tensor<T> in_type(const AnyTensor& x) {
  if (const auto* same = std::get_if<Tensor<T>>(&x)) return *same;  // a cast of a variable is an entry
  return std::visit([](const auto& tensor) { return cast<T>(tensor); }, x);
}

// The mask with axes of 1 behind that of the examples, so that one example has `rank` axes.
Mask raised(const Mask& mask, std::size_t rank) {
  if (mask.shape().rank() > rank) return mask;
  ShortVector<std::size_t, 8> axes(2 + rank - mask.shape().rank(), 1);
  axes[0] = mask.shape()[0];
  for (std::size_t i = 1; i < mask.shape().rank(); ++i) axes.push_back(mask.shape()[i]);
  return reshaped(mask, Shape(axes));
}

// Ops that are recorded in its scope have the line of their first call.
struct Line {
  const CallSite*& current = context().rule_line;
  const CallSite* before = current;
  explicit Line(const CallSite* line) { current = line; }
  ~Line() { current = before; }
};

}  // namespace

BatchedSteps::BatchedSteps(std::vector<TraceStep> steps, std::vector<AnyTensor> arguments, std::size_t length)
    : steps_(std::move(steps)),
      arguments_(std::move(arguments)),
      length_(length),
      values_(steps_.size()),
      masks_(steps_.size()) {}

// Variables in the order in which the function read them: a rule knows only their arrays.
void BatchedSteps::place_variables() const {
  Context& c = context();
  if (!c.recording) return;
  for (const TraceStep& step : steps_) {
    for (const TraceInput& input : step.inputs) {
      if (input.outside && input.outside->variable) Recorder::place(c, input.outside.get(), "vmap", step.site);
    }
  }
}

std::vector<char> BatchedSteps::needed_for(const std::vector<TraceInput>& results) const {
  std::vector<char> needed(steps_.size(), false);
  for (const TraceInput& result : results) {
    if (result.step) needed[*result.step] = true;
  }
  for (std::size_t i = steps_.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const TraceInput& input : steps_[i].inputs) {
      if (input.step) needed[*input.step] = true;
    }
    for (const TraceMask& mask : steps_[i].masks) {
      if (mask.step) needed[*mask.step] = true;
    }
  }
  return needed;
}

BatchedSteps::Value BatchedSteps::value_of(const TraceInput& input) const {
  if (input.step) return values_[*input.step];
  if (input.argument) return {arguments_[*input.argument], true, input.shape};
  Node* const node = input.outside.get();
  retain(node);
  if (node->dtype == Dtype::float32) return {Tensor<float>(node), false, input.shape};
  return {Tensor<double>(node), false, input.shape};
}

BatchedSteps::MaskValue BatchedSteps::mask_of(const TraceMask& input) const {
  return input.step ? masks_[*input.step] : MaskValue{input.outside, false};
}

std::vector<AnyTensor> BatchedSteps::results(const std::vector<TraceInput>& of_one) {
  place_variables();
  const std::vector<char> needed = needed_for(of_one);
  std::vector<std::size_t> last_use(steps_.size(), 0);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const TraceInput& input : steps_[i].inputs) {
      if (needed[i] && input.step) last_use[*input.step] = i;
    }
  }
  for (const TraceInput& result : of_one) {
    if (result.step) last_use[*result.step] = steps_.size();
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!needed[i]) continue;
    run(i);
    for (const TraceInput& input : steps_[i].inputs) {
      if (input.step && last_use[*input.step] == i) values_[*input.step].x = {};
    }
  }
  std::vector<AnyTensor> all;
  for (const TraceInput& result : of_one) {
    const Value value = value_of(result);
    all.push_back(std::visit([&]<Real T>(const Tensor<T>& x) -> AnyTensor {
      return value.varies ? x : broadcast_to(x, Batch{.length = length_} + value.shape);
    }, value.x));
  }
  return all;
}

void BatchedSteps::run(std::size_t i) {
  const TraceStep& step = steps_[i];
  const Line line(&step.site);
  Batch batch{.length = length_, .result = step.shape};
  std::vector<Value> inputs;
  bool varies = false;
  for (const TraceInput& input : step.inputs) {
    inputs.push_back(value_of(input));
    batch.has.push_back(inputs.back().varies);
    batch.shapes.push_back(inputs.back().shape);
    varies |= inputs.back().varies;
  }
  for (const TraceMask& mask : step.masks) varies |= mask_of(mask).varies;
  if (!step.op) return run_mask(i, batch, std::move(inputs));
  const auto called = [&]<Real T>(std::type_identity<T>) -> AnyTensor {
    std::vector<Tensor<T>> x;
    bool casts = false;
    for (const Value& input : inputs) {
      casts |= !std::holds_alternative<Tensor<T>>(input.x);
      x.push_back(in_type<T>(input.x));
    }
    if (casts) return x[0];  // it is what this op does
    return run_op(step, batch, x);
  };
  AnyTensor y =
      step.dtype == Dtype::float32 ? called(std::type_identity<float>()) : called(std::type_identity<double>());
  const Shape wanted = varies ? batch + step.shape : step.shape;
  if (!(node_of(y)->shape == wanted)) {
    throw Error("vmap: " + std::string(step.traits->name) + " gave shape " + text(node_of(y)->shape) +
                " for all examples instead of " + text(wanted) + text(step.site));
  }
  values_[i] = {std::move(y), varies, step.shape};
}

void BatchedSteps::run_mask(std::size_t i, const Batch& batch, std::vector<Value> inputs) {
  const TraceStep& step = steps_[i];
  bool varies = false;
  std::size_t rank = step.shape.rank();
  for (const Shape& shape : batch.shapes) rank = std::max(rank, shape.rank());
  std::vector<AnyTensor> x;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    varies |= inputs[k].varies;
    x.push_back(std::visit([&](const auto& of) { return AnyTensor(batch.raised(of, k, rank)); }, inputs[k].x));
  }
  std::vector<Mask> masks;
  for (const TraceMask& input : step.masks) {
    const MaskValue value = mask_of(input);
    varies |= value.varies;
    masks.push_back(value.varies ? raised(*value.mask, rank) : *value.mask);
  }
  masks_[i] = {step.make_mask(x, masks), varies};
}

template <Real T>
Tensor<T> BatchedSteps::run_op(const TraceStep& step, const Batch& batch, const std::vector<Tensor<T>>& x) {
  if (!step.masks.empty()) {
    const MaskValue value = mask_of(step.masks[0]);
    const std::size_t rank = step.shape.rank();
    return step.op->run(batch.aligned(x, rank), value.varies ? raised(*value.mask, rank) : *value.mask);
  }
  if (std::none_of(batch.has.begin(), batch.has.end(), [](char has) { return has; })) return step.op->run(x);
  if (Tensor<T> y = step.op->run(x, batch)) return y;
  if (step.traits->depends == Depends::by_element) return step.op->run(batch.aligned(x));
  return one_by_one(step, batch, x);
}

template <Real T>
Tensor<T> BatchedSteps::one_by_one(const TraceStep& step, const Batch& batch, const std::vector<Tensor<T>>& x) {
  loops_[std::string(step.traits->name)] += length_;
  std::vector<Tensor<T>> parts;
  for (std::size_t of = 0; of < length_; ++of) {
    std::vector<Tensor<T>> one;
    for (std::size_t i = 0; i < x.size(); ++i) {
      one.push_back(batch.has[i] ? slice(x[i], {{static_cast<long>(of), 1, 1, true}}) : x[i]);
    }
    parts.push_back(step.op->run(one));
  }
  return stack(parts, 0);
}

std::vector<VmapLoop> BatchedSteps::loops() const {
  std::vector<VmapLoop> all;
  for (const auto& [op, examples] : loops_) all.push_back({op, "it has no batching rule", examples});
  return all;
}

}  // namespace tapegrad::engine
