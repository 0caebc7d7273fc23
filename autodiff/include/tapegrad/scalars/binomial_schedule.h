// How to reverse many steps with few stored states: the binomial schedule of revolve.
#pragma once
#include <cstddef>
#include <vector>

namespace tapegrad {

/// What to do next. There is one working state; what is stored are copies of it, in numbered places.
struct ScheduleAction {
  enum class Kind {
    store,    ///< copy the working state, that before `step`, to `place`
    restore,  ///< the other way round
    advance,  ///< run the steps from `step` to before `to`
    reverse,  ///< record `step` and sweep it; the working state is not needed any more
    done
  };
  Kind kind = Kind::done;
  std::size_t step = 0, to = 0, place = 0;
};

/// The actions that reverse `steps` steps, from the last to the first, with at most `snapshots` states stored at a
/// time, the first one among them, and as few steps run as that allows (Griewank and Walther 2000, "Algorithm 799:
/// revolve"). The working state is at first that before step 0.
class BinomialSchedule {
 public:
  /// Throws Error for no snapshots, and for 2^32 steps or more.
  BinomialSchedule(std::size_t steps, std::size_t snapshots);
  ScheduleAction next();

  /// How many steps its advances run together: r steps - C(snapshots + r, r - 1), where r, the largest number of times
  /// that one step is run, is the smallest with C(snapshots + r, r) >= steps. The steps that are recorded do not count.
  static std::size_t advances(std::size_t steps, std::size_t snapshots);
  /// The fewest snapshots with which no step is run more than `times` times before it is recorded.
  static std::size_t snapshots_for(std::size_t steps, std::size_t times);

 private:
  std::size_t remaining_, snapshots_;  // steps still to be reversed
  std::size_t at_ = 0;                 // the step before which the working state is
  bool working_ = true;                // there is one
  std::vector<std::size_t> stored_;    // the steps before which states are stored, ascending; by place
};

}  // namespace tapegrad
