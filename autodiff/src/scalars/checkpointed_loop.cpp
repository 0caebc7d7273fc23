// Errors of checkpointed loops.
#include "tapegrad/scalars/checkpointed_loop.h"

namespace tapegrad::loop {
namespace {

std::string in_step(std::size_t step) {
  std::string text(name);
  text += ": step ";
  return text += std::to_string(step);
}

}  // namespace

void require_no_variables(const Tape& tape, std::size_t step, const CallSite& site) {
  for (const Entry* entry = tape.state().last; entry; entry = entry->previous) {
    if (!entry->variable) continue;
    const std::string label = variable_label(entry->variable);
    throw TapeError(in_step(step) + " reads variable \"" + label + "\", to which the loop can give no gradient" +
                    text(site) + ". Give its elements as parameters, as scalars(x), or let step read constant(x)");
  }
}

void fail_reads_outside(std::size_t step, const std::string& reason, const CallSite& site) {
  throw TapeError(in_step(step) + " reads something recorded outside the loop that is neither in state nor in " +
                  "parameters, so that its gradient would be lost" + text(site) +
                  ". Give it as one of the parameters, or capture its value() if no gradient should flow through it. " +
                  "The step said: " + reason);
}

void require_fewer_steps(std::size_t steps, const CallSite& site) {
  if (steps < std::size_t(1) << 32) return;
  throw Error(std::string(name) + ": " + std::to_string(steps) + " steps are too many, 2^32 - 1 can be reversed" +
              text(site) + ". Make one step of several");
}

void fail_length(std::size_t step, std::size_t found, std::size_t wanted, const CallSite& site) {
  throw ShapeError(in_step(step) + " returned a state of " + std::to_string(found) + " scalars, but was given one of " +
                   std::to_string(wanted) + text(site));
}

}  // namespace tapegrad::loop
