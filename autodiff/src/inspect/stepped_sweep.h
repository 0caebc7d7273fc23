// The state of a sweep that is taken in steps; the tape knows it as long as it goes on.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/rare_state.h"
#include "tapegrad/inspect/steps.h"

namespace tapegrad::engine {

struct SteppedSweep final : WaitingSweep {
  SteppedSweep(TapeState& swept, bool consume);
  std::optional<BackwardStep> step();
  Gradients gradients();
  void give_up() override;
  long next_number() const override;

  TapeState* tape;  // null from the end on, whatever ended it
  Entry* next;
  bool consume;
  ScalarSlots slots;
  bool ended = false;
  std::string failure;  // of a rule that threw
  Gradients result;
  std::optional<Tape::Pause> pause;
  std::unordered_map<const Entry*, long> numbers;

 private:
  void run(Entry* entry);
  template <Real T>
  void run_scalars(Entry* entry, BackwardStep& step);
  BackwardStep run_reported(Entry* entry);
  void let_go();
};

}  // namespace tapegrad::engine
