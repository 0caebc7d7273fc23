// The state of a sweep that is taken in steps; the tape knows it as long as it goes on.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>

#include "tapegrad/engine/record.h"
#include "tapegrad/inspect/steps.h"

namespace tapegrad::engine {

struct SteppedSweep {
  SteppedSweep(Tape& swept, bool consume);
  std::optional<BackwardStep> step();
  Gradients gradients();
  /// Ends it half way.
  void give_up();
  /// Of the entry whose rule runs next; -1 at the end.
  long next_number() const;

  Tape* tape;  // null from the end on, whatever ended it
  Entry* next;
  bool consume;
  Tape::SlotsOfBoth slots;
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
