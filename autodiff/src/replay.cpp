// A recorded tape, run again: other inputs, or double in place of float.
#include <unordered_map>
#include <unordered_set>

#include "extras.h"
#include "tapegrad/ops.h"

namespace tapegrad {
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

template <Real U>
Tensor<U> run_again(const Replay& op, const Values<U>& values) {
  std::vector<Tensor<U>> inputs;
  for (std::size_t i = 0; i < op.entry->inputs; ++i) {
    const Entry* input = op.entry->input()[i];
    if (input) inputs.push_back(values.at(input));
    else inputs.push_back(std::visit([](const auto& x) { return cast<U>(x); }, op.constants[i]));
  }
  return op.run(inputs);
}

}  // namespace

template <Real U, Real T>
Tensor<U> Tape::replay(const Tensor<T>& y, const std::vector<ReplayInput<U>>& inputs, Where where) const {
  if (!options_.replayable) {
    throw TapeError("replay: this tape keeps its rules only" + text(where) + ". Make it with Tape({.replayable = true})");
  }
  if (!y || !y.node()->entry || !owns(y.node()->birth)) {
    throw TapeError("replay: the result depends on nothing that this tape recorded" + text(where));
  }
  if (context_.recording == this) {
    throw TapeError("replay: this tape still records" + text(where) + ". Pause it with Tape::Pause, or sweep it first");
  }
  Values<U> values = leaves(last_, extras_->kept, inputs);
  const auto needed = needed_for(y.node()->entry, extras_->replays);
  for (const auto& op : extras_->replays) {
    if (needed.count(op->entry)) values[op->entry] = run_again(*op, values);
  }
  return values.at(y.node()->entry);
}

template Tensor<float> Tape::replay(const Tensor<float>&, const std::vector<ReplayInput<float>>&, Where) const;
template Tensor<float> Tape::replay(const Tensor<double>&, const std::vector<ReplayInput<float>>&, Where) const;
template Tensor<double> Tape::replay(const Tensor<float>&, const std::vector<ReplayInput<double>>&, Where) const;
template Tensor<double> Tape::replay(const Tensor<double>&, const std::vector<ReplayInput<double>>&, Where) const;

}  // namespace tapegrad
