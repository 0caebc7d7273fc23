// Tape::why, and the errors of a tape that checks numbers: which of the sentences to say.
#include <algorithm>
#include <cmath>

#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr std::string_view keep_more = " Make it with Tape({.keep_values = true})";

History history_of(const TapeState& tape) {
  const RareState* rare = tape.rare_state.get();
  return History(tape.last, rare ? &rare->kept : nullptr, rare ? &rare->replays : nullptr);
}

template <Real T>
std::optional<std::size_t> first_not_finite(const T* x, std::size_t size) {
  const T* found = std::find_if(x, x + size, [](T v) { return !std::isfinite(v); });
  if (found == x + size) return std::nullopt;
  return static_cast<std::size_t>(found - x);
}
std::optional<std::size_t> first_not_finite(const Node* node) {
  if (node->dtype == Dtype::float32) return first_not_finite(static_cast<const float*>(node->data), node->shape.size());
  return first_not_finite(static_cast<const double*>(node->data), node->shape.size());
}

// An op that reads what was computed before the tape began, if the tape kept its constants.
std::string reads_unrecorded(const History& history, const std::vector<std::unique_ptr<Replay>>& replays) {
  for (const auto& op : replays) {
    for (const AnyTensor& constant : op->constants) {
      if (!std::visit([](const auto& x) { return x && x.node()->unrecorded(); }, constant)) continue;
      return " " + history.name(op->entry) + " reads a constant that was computed from a variable before the tape " +
             "began: if that was this one, compute it while the tape records.";
    }
  }
  return "";
}

std::string without_place(const Node* x) {
  const std::string shape = " of shape " + text(x->shape);
  if (x->variable) {
    const std::string label = variable_label(x->variable);
    return "Variable" + (label.empty() ? "" : " \"" + label + "\"") + shape + " was never read on this tape.";
  }
  if (x->entry) {
    return "This tensor" + shape + " was recorded on another tape, or on a part of this one that was rewound.";
  }
  if (x->unrecorded()) {
    return "This tensor" + shape + " was computed from a variable before the tape began, so it is a constant here. " +
           "Compute it while the tape records.";
  }
  return "This tensor" + shape + " is a constant here: it depends on no variable that this tape recorded, or a cut " +
         "such as stop_gradient lies between.";
}

std::string not_arrived(const History& history, const Entry* x) {
  return "No adjoint arrived at " + history.name(x) + ": ";
}

}  // namespace

template <Real T>
std::string Tape::why(const Tensor<T>& x, CallSite site) const {
  if (!x) fail_empty("why", site);
  const History history = history_of(*state_);
  const Entry *place = state_->place_of(x.node()), *result = state_->swept;
  const bool keeps = state_->options.keep_values;
  if (!place) {
    const std::string told = without_place(x.node());
    if (!x.node()->variable) return told;
    if (!keeps) return told + " If it was read before the tape began, Tape({.check_unrecorded = true}) finds where.";
    return state_->rare_state ? told + reads_unrecorded(history, state_->rare_state->replays) : told;
  }
  if (!result || !history.leading_to(result)[history.number(place)]) {
    const std::string told = leads_elsewhere(history, place, result);
    return keeps || !result ? told : told + " This tape notes no cuts." + std::string(keep_more) + " to see them.";
  }
  if (!keeps) {
    return "The gradient of " + history.name(place) + " came from " + history.name(result) +
           ", but this tape keeps no values to tell more." + std::string(keep_more) + ".";
  }
  const Numbers adjoint = history.adjoint(place);
  if (!adjoint) {
    if (state_->phase == TapeState::Phase::broken) {
      return not_arrived(history, place) + state_->rare_state->broken_by + ".";
    }
    if (state_->swept_partly) {
      return not_arrived(history, place) + "gradient() swept only what lies between " + history.name(result) +
             " and what it was asked for. Use backward().";
    }
    return not_arrived(history, place) + "the scalar statements between it and " + history.name(result) +
           " had adjoints of 0, or the rules of what reads it gave none.";
  }
  const Question question(history, place, result);
  if (adjoint.at.empty()) return "The gradient of " + history.name(place) + " has no elements.";
  if (first_not_finite(adjoint)) return not_a_number(history, question);
  return all_zero(adjoint) ? exactly_zero(history, question) : of_size(history, question);
}

namespace {
void require_finite_seed(const Node* seed, std::string_view what, const CallSite& site) {
  if (const auto place = first_not_finite(seed)) {
    const double number = seed->dtype == Dtype::float32 ? static_cast<const float*>(seed->data)[*place]
                                                        : static_cast<const double*>(seed->data)[*place];
    throw NumberError(std::string(what) + ": the seed holds " + number_text(number) +
                      element_text(seed->shape, *place) + text(site));
  }
}

void require_finite_value(const TapeState& tape, const Entry* entry) {
  const Kept& kept = tape.rare_state->kept.at(entry);
  const Node* value = kept.value32 ? kept.value32.node() : kept.value64.node();
  if (const auto place = first_not_finite(value)) {
    throw NumberError(made_in_forward(history_of(tape), entry, *place));
  }
}

// After the rule of an entry has run.
void require_finite_adjoints(TapeState& tape, Entry* entry) {
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    Entry* input = entry->input()[i];
    if (!input || !input->adjoint || !first_not_finite(input->adjoint)) continue;
    tape.rare().kept[input].set(input->adjoint, true);
    throw NumberError(made_in_backward(history_of(tape), entry, i) +
                      ". The tape is broken: its sweep stopped there");
  }
}
}  // namespace

const NumberChecks engine::number_checks{&require_finite_value, &require_finite_adjoints, &require_finite_seed};

template std::string Tape::why(const Tensor<float>&, CallSite) const;
template std::string Tape::why(const Tensor<double>&, CallSite) const;

}  // namespace tapegrad
