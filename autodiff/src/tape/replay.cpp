// A recorded tape, run again: other inputs, or double in place of float.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/rare_state.h"
#include "tapegrad/tape/op_call.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

template <Real U>
Tensor<U> in_type(const Kept& kept) {
  return kept.value32 ? cast<U>(kept.value32) : cast<U>(kept.value64);
}

template <Real U>
using Values = std::unordered_map<const Entry*, Tensor<U>>;

// The variables of the tape: the values that the caller names, their own for the others.
template <Real U>
Values<U> leaves(Entry* last, const std::unordered_map<const Entry*, Kept>& kept,
                 const std::vector<ReplayInput<U>>& inputs) {
  Values<U> values;
  for (Entry* entry = last; entry; entry = entry->previous) {
    if (!entry->variable) continue;
    values[entry] = in_type<U>(kept.at(entry));
    for (const ReplayInput<U>& input : inputs) {
      const std::uint32_t id = std::visit([](const auto& x) { return x ? x.node()->variable : 0; }, input.variable);
      if (id == entry->variable) values[entry] = input.value;
    }
  }
  return values;
}

// The entries that y depends on.
std::unordered_set<const Entry*> needed_for(const Entry* y, const std::vector<std::unique_ptr<Replay>>& replays) {
  std::unordered_set<const Entry*> needed{y};
  for (std::size_t i = replays.size(); i-- > 0;) {
    Entry* entry = replays[i]->entry;
    if (needed.count(entry)) needed.insert(entry->input(), entry->input() + entry->inputs);
  }
  return needed;
}

// The inputs of an op: value_of(entry) where an entry made them, else the constants that it kept.
template <Real U, class F>
std::vector<Tensor<U>> inputs_of(const Replay& op, F value_of) {
  std::vector<Tensor<U>> inputs;
  for (std::size_t i = 0; i < op.entry->inputs; ++i) {
    const Entry* input = op.entry->input()[i];
    if (input) inputs.push_back(value_of(input));
    else inputs.push_back(std::visit([](const auto& x) { return cast<U>(x); }, op.constants[i]));
  }
  return inputs;
}

// Calls an op again; where that is recorded, it is so with the line of its first call.
template <Real U>
Tensor<U> call_again(const Replay& op, const std::vector<Tensor<U>>& inputs) {
  struct Line {
    const CallSite*& current = context().rule_line;
    const CallSite* before = current;
    explicit Line(const CallSite* line) { current = line; }
    ~Line() { current = before; }
  } line(&op.entry->site);
  return op.run(inputs);
}

}  // namespace

template <Real U, Real T>
Tensor<U> Tape::replay(const Tensor<T>& y, const std::vector<ReplayInput<U>>& inputs, CallSite site) const {
  if (!state_->options.replayable) {
    throw TapeError("replay: this tape keeps its rules only" + text(site) +
                    ". Make it with Tape({.replayable = true})");
  }
  if (!y || !y.node()->entry || !state_->owns(y.node()->birth)) {
    throw TapeError("replay: the result depends on nothing that this tape recorded" + text(site));
  }
  if (context().recording == state_.get()) {
    throw TapeError("replay: this tape still records" + text(site) + ". Pause it with Tape::Pause, or sweep it first");
  }
  const RareState& rare = state_->rare();
  Values<U> values = leaves(state_->last, rare.kept, inputs);
  const auto needed = needed_for(y.node()->entry, rare.replays);
  for (const auto& op : rare.replays) {
    if (!needed.count(op->entry)) continue;
    values[op->entry] = call_again(*op, inputs_of<U>(*op, [&](const Entry* input) { return values.at(input); }));
  }
  return values.at(y.node()->entry);
}

template <Real U>
OpCall<U> Tape::op_call(std::size_t number, CallSite site) const {
  if (!state_->options.replayable || !state_->options.keep_values) {
    throw TapeError("op_call: this tape does not keep its ops and their values" + text(site) +
                    ". Make it with Tape({.keep_values = true, .replayable = true})");
  }
  const RareState& rare = state_->rare();
  Entry* entry = number < state_->count ? state_->last : nullptr;
  for (std::size_t back = state_->count - 1; entry && back > number; --back) entry = entry->previous;
  if (!entry) {
    throw TapeError("op_call: entry %" + std::to_string(number) + " does not exist, the tape has " +
                    std::to_string(state_->count) + text(site));
  }
  const auto& replays = rare.replays;
  const auto op = std::find_if(replays.begin(), replays.end(), [entry](auto& kept) { return kept->entry == entry; });
  OpCall<U> call;
  if (op == replays.end()) return call;
  call.op = op->get();
  call.inputs = inputs_of<U>(**op, [&](const Entry* input) { return in_type<U>(rare.kept.at(input)); });
  const Kept& own = rare.kept.at(entry);
  if (own.adjoint32) call.adjoint = cast<U>(own.adjoint32);
  if (own.adjoint64) call.adjoint = cast<U>(own.adjoint64);
  return call;
}

template <Real U>
Tensor<U> OpCall<U>::operator()(const std::vector<Tensor<U>>& other) const {
  return call_again(*op, other);
}

template struct OpCall<float>;
template struct OpCall<double>;
template OpCall<float> Tape::op_call(std::size_t, CallSite) const;
template OpCall<double> Tape::op_call(std::size_t, CallSite) const;
template Tensor<float> Tape::replay(const Tensor<float>&, const std::vector<ReplayInput<float>>&, CallSite) const;
template Tensor<float> Tape::replay(const Tensor<double>&, const std::vector<ReplayInput<float>>&, CallSite) const;
template Tensor<double> Tape::replay(const Tensor<float>&, const std::vector<ReplayInput<double>>&, CallSite) const;
template Tensor<double> Tape::replay(const Tensor<double>&, const std::vector<ReplayInput<double>>&, CallSite) const;

}  // namespace tapegrad
