// The rule of a checkpointed loop: runs steps on numbers, and records one at a time.
#pragma once
#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/scalars/binomial_schedule.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/scalars/rule.h"

namespace tapegrad::loop {
using namespace engine;

inline constexpr std::string_view name = "checkpointed_loop";
inline constexpr OpTraits traits{.name = name};

/// Throws TapeError where the steps recorded last read a variable, which a loop's rule has no place for.
void require_no_variables(const Tape& tape, std::size_t step, const CallSite& site);
[[noreturn]] void fail_reads_outside(std::size_t step, const std::string& reason, const CallSite& site);
void require_fewer_steps(std::size_t steps, const CallSite& site);
[[noreturn]] void fail_length(std::size_t step, std::size_t found, std::size_t wanted, const CallSite& site);

/// Scalars of the tape that records, one for each number; constants where they are not `wanted`.
template <class Scalars>
Scalars variables(const Scalars& numbers, std::span<const bool> wanted = {}) {
  Scalars result = numbers;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (wanted.empty() || wanted[i]) result[i] = variable(numbers[i].value());
  }
  return result;
}
template <class Scalars>
Scalars constants(const Scalars& scalars) {
  Scalars result = scalars;
  for (auto& s : result) s = s.value();
  return result;
}

template <class State, class Parameters, class Step>
State next_state(const Step& step, std::size_t i, State state, const Parameters& parameters, const CallSite& site) {
  const std::size_t size = state.size();
  State next = step(i, std::move(state), parameters);
  if (next.size() != size) fail_length(i, next.size(), size, site);
  return next;
}

/// The loop without an entry of its own: the tape that records, if there is one, records every step.
template <class State, class Parameters, class Step>
State plain_loop(std::size_t steps, const State& state, const Parameters& parameters, const Step& step,
                 const CallSite& site) {
  State result = state;
  for (std::size_t i = 0; i < steps; ++i) result = next_state(step, i, std::move(result), parameters, site);
  return result;
}

template <class State, class Parameters, class Step>
class Rule final : public ScalarRule<typename State::value_type::value_type> {
 public:
  using T = typename State::value_type::value_type;

  Rule(std::size_t steps, const State& state, const Parameters& parameters, const Step& step, std::size_t snapshots,
       const CallSite& site)
      : steps_(steps), parameters_(constants(parameters)), step_(step), site_(site),
        at_{BinomialSchedule(steps, snapshots), {}, constants(state)} {}

  /// Records the first step by itself, to see that it reads nothing else of a tape.
  void check_first_step() const {
    Tape tape;
    record(tape, 0, variables(at_.state), variables(parameters_));
  }

  /// Runs the loop and returns its last state. Stores the states that the sweep begins with on the way.
  State run() {
    to_next_reversal(at_);
    return call(steps_ - 1, at_.state, parameters_);
  }

  void pull(std::span<const T> y, std::span<T> x, std::span<const bool> wanted) const override {
    const std::size_t size = y.size();
    PooledVector<T> adjoint(y.begin(), y.end());
    Position at = at_;
    Tape tape;
    const Tape::Mark start = tape.mark();
    for (std::optional<std::size_t> i = steps_ - 1; i; i = to_next_reversal(at)) {
      reverse(tape, *i, at.state, adjoint, x.subspan(size), wanted.subspan(size));
      tape.rewind(start);
      if (std::ranges::all_of(adjoint, [](T a) { return a == 0; })) break;  // no step before has any part in it
    }
    std::ranges::copy(adjoint, x.begin());
  }

  void push(std::span<const T> x, std::span<T> y) const override {
    const std::size_t size = y.size();
    PooledVector<T> tangent(x.begin(), x.end());  // of the state, then of the parameters
    State state = first_state();
    Tape tape;
    const Tape::Mark start = tape.mark();
    for (std::size_t i = 0; i < steps_; ++i) {
      state = push_step(tape, i, state, tangent);
      tape.rewind(start);
    }
    std::copy_n(tangent.begin(), size, y.begin());
  }

 private:
  // The working state of a schedule, and the numbers of those that are stored, one after the other.
  struct Position {
    BinomialSchedule schedule;
    PooledVector<T> stored;
    State state;
  };

  // The step that is to be reversed next, from at.state.
  std::optional<std::size_t> to_next_reversal(Position& at) const {
    const std::size_t size = at.state.size();
    for (;;) {
      const ScheduleAction action = at.schedule.next();
      const std::size_t place = action.place * size;
      switch (action.kind) {
        case ScheduleAction::Kind::store:
          at.stored.resize(std::max(at.stored.size(), place + size));
          for (std::size_t k = 0; k < size; ++k) at.stored[place + k] = at.state[k].value();
          break;
        case ScheduleAction::Kind::restore:
          std::copy_n(at.stored.begin() + static_cast<std::ptrdiff_t>(place), size, at.state.begin());
          break;
        case ScheduleAction::Kind::advance: run_steps(at.state, action.step, action.to); break;
        case ScheduleAction::Kind::reverse: return action.step;
        case ScheduleAction::Kind::done: return std::nullopt;
      }
    }
  }
  // The schedule stores it in place 0, unless one step is all there is.
  State first_state() const {
    State state = at_.state;
    if (steps_ > 1) std::copy_n(at_.stored.begin(), state.size(), state.begin());
    return state;
  }

  State call(std::size_t i, State state, const Parameters& parameters) const {
    return next_state(step_, i, std::move(state), parameters, site_);
  }
  void run_steps(State& state, std::size_t from, std::size_t to) const {
    const Tape::Pause pause;
    for (std::size_t i = from; i < to; ++i) state = call(i, std::move(state), parameters_);
  }
  State record(Tape& tape, std::size_t i, const State& state, const Parameters& parameters) const {
    try {
      State next = call(i, state, parameters);
      for (const auto& s : next) live_slot(ScalarRecorder::log<T>(tape.state()), s);  // one may be copied from outside
      require_no_variables(tape, i, site_);
      return next;
    } catch (const StaleError& error) {
      fail_reads_outside(i, error.what(), site_);
    }
  }

  // From the adjoint of the state behind step i to that before it; adds to the adjoints of the parameters.
  void reverse(Tape& tape, std::size_t i, const State& at, PooledVector<T>& adjoint, std::span<T> to,
               std::span<const bool> wanted) const {
    const State state = variables(at);
    const Parameters parameters = variables(parameters_, wanted);
    const State next = record(tape, i, state, parameters);
    Scalar<T> sum = 0;
    for (std::size_t k = 0; k < next.size(); ++k) sum += adjoint[k] * next[k];
    std::ranges::fill(adjoint, T(0));
    if (!sum.slot()) return;  // the step returned constants
    const Gradients gradients = tape.backward(sum, {.keep = true});
    for (std::size_t k = 0; k < state.size(); ++k) adjoint[k] = gradients[state[k]];
    for (std::size_t k = 0; k < to.size(); ++k) {
      if (wanted[k]) to[k] += gradients[parameters[k]];
    }
  }

  // The state behind step i, and its tangent in place of that before it.
  State push_step(Tape& tape, std::size_t i, const State& at, PooledVector<T>& tangent) const {
    Linearization map(name, site_);
    State state = at;
    Parameters parameters = parameters_;
    for (auto& s : state) s = map.add_input(s);
    for (auto& s : parameters) s = map.add_input(s);
    const State next = record(tape, i, state, parameters);
    for (const auto& s : next) map.add_result(s);
    map.end();
    const Tape::Pause pause;
    Linearization::Nodes directions;
    for (const T& number : tangent) directions.emplace_back(Tensor<T>(number).take_node());
    Linearization::Nodes found = map.push(directions);
    for (std::size_t k = 0; k < found.size(); ++k) {
      Node* node = found[k].release();
      tangent[k] = node ? Tensor<T>(node).item() : T(0);
    }
    return constants(next);
  }

  std::size_t steps_;
  Parameters parameters_;  // constants
  Step step_;
  CallSite site_;
  Position at_;  // before the last step
};

/// The last state, as one entry on the tape where it depends on what the tape records.
template <Real T, class State, class Parameters, class Step>
State recorded(std::size_t steps, const State& state, const Parameters& parameters, const Step& step,
               std::size_t snapshots, const CallSite& site) {
  const ScalarInputs<T> in(traits, site, {state, parameters});
  if (steps == 0) return state;
  if (!in) return plain_loop(steps, state, parameters, step, site);
  if (snapshots == 0) snapshots = BinomialSchedule::snapshots_for(steps, 2);
  using Loop = Rule<State, Parameters, std::decay_t<Step>>;
  auto rule = std::make_unique<Loop>(steps, state, parameters, step, snapshots, site);
  State result = [&] {
    const Tape::Pause pause;
    rule->check_first_step();
    return rule->run();
  }();
  in.record(result, std::move(rule));
  return result;
}

}  // namespace tapegrad::loop
