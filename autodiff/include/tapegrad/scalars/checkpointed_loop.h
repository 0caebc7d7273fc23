// checkpointed_loop(steps, state, parameters, step): a long integration in time whose memory does not grow with it.
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/tree.h"
#include "tapegrad/engine/scalars/reversed_steps.h"

namespace tapegrad {

struct LoopOptions {
  /// States stored at a time, that of the beginning among them. 0: the fewest with which the sweep runs no step more
  /// than once again before it records it, about sqrt(2 steps).
  std::size_t snapshots = 0;
};

/// A std::vector or std::array of scalars.
template <class X>
concept ListOfScalars = is_scalar<engine::tree::element<X>>;

/// What `for (i = 0; i < steps; ++i) state = step(i, state, parameters);` gives, the same bits, as one entry on the
/// tape, and the same gradients of state and parameters. Forward runs the steps on constants and stores a few states; a
/// sweep goes back from the last step to the first: it restores the nearest stored state, runs the steps up to the one
/// it wants, records that one on a tape of its own, and sweeps it. So memory is that of the stored states, twice in the
/// sweep, and of one step, not of all steps. Which states are stored when, so that the fewest steps are run again, says
/// a BinomialSchedule (Griewank and Walther 2000, "Algorithm 799: revolve"). Forward mode records each step once, and
/// pushes tangents through it.
///
/// state and parameters are std::vector<Scalar<T>> or std::array<Scalar<T>, n> of one T; parameters may be empty.
/// step(i, state, parameters) returns the next state, of the same type and length. It may use tensors between scalars.
///
/// step must be a pure function: it is called more than once for an i, first of all once more for i = 0, to see that it
/// reads nothing else of a tape, and must give the same each time. Random numbers drawn in it, those of nn too, would
/// be other ones: draw them before the loop, and let step look them up by i. It is copied; what it captures by
/// reference must live until the sweep. Recorded scalars and tensors that it captures, and variables such as a module's
/// weights, are a TapeError: give them as parameters, or capture their value().
///
/// No steps give the state as it is. Where no tape records, or all of state and parameters are constants, the plain
/// loop is run: nothing is recorded unless step reads something else of the tape. Exceptions of step pass through as
/// they are; one in a sweep breaks the tape. Throws StaleError for scalars of another tape, ShapeError when step
/// returns a state of another length, Error for 2^32 steps or more. Scalars of dual numbers, which hessian and hvp use,
/// run the plain loop, with its memory; with create_graph the bridge between tensors and scalars throws.
template <ListOfScalars State, ListOfScalars Parameters, class Step>
State checkpointed_loop(std::size_t steps, const State& state, const Parameters& parameters, const Step& step,
                        const LoopOptions& options = {}, CallSite site = CallSite::current()) {
  using T = typename State::value_type::value_type;
  constexpr bool takes = std::is_invocable_v<const Step&, std::size_t, State, const Parameters&>;
  static_assert(std::same_as<typename State::value_type, typename Parameters::value_type>,
                "checkpointed_loop: state and parameters must be scalars of one type");
  static_assert(takes, "checkpointed_loop: step must take (std::size_t i, const State& state, const Parameters& "
                       "parameters) and be callable as const, since it must be a pure function");
  if constexpr (takes) {
    using Next = std::invoke_result_t<const Step&, std::size_t, State, const Parameters&>;
    static_assert(std::same_as<std::remove_cvref_t<Next>, State>,
                  "checkpointed_loop: step must return the next state, a vector or array of the type of state");
  }
  loop::require_fewer_steps(steps, site);
  if constexpr (!Real<T>) {
    return loop::plain_loop(steps, state, parameters, step, site);
  } else {
    return loop::recorded<T>(steps, state, parameters, step, options.snapshots, site);
  }
}

}  // namespace tapegrad
