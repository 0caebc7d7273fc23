// The binomial schedule: where to store states, so that reversing steps runs as few of them again as can be.
#include "tapegrad/scalars/binomial_schedule.h"

#include <algorithm>
#include <limits>

#include "tapegrad/error.h"

namespace tapegrad {
namespace {

// C(s + t, s): how many steps can be reversed with s stored states when none is run more than t times. No more than the
// largest number there is.
std::size_t reach(std::size_t s, std::size_t t) {
  if (s < t) std::swap(s, t);
  std::size_t result = 1;
  for (std::size_t k = 1; k <= t; ++k) {
    std::size_t product;
    if (__builtin_mul_overflow(result, s + k, &product)) return std::numeric_limits<std::size_t>::max();
    result = product / k;
  }
  return result;
}

// How often a step is run at most: the smallest t with C(s + t, s) >= steps. From each t to the next by one factor.
std::size_t repetitions(std::size_t steps, std::size_t s) {
  std::size_t t = 0;
  for (std::size_t reached = 1; reached < steps; reached = reach(s, t)) ++t;
  return t;
}

// How far from a stored state to the next one, when `steps` lie between it and the end, and s places are free or its
// own. Both parts can then be reversed at the smallest cost: the steps before the next one with s places, run r - 1
// times at most, those behind it with s - 1 places, r times at most.
std::size_t distance(std::size_t steps, std::size_t s) {
  if (s == 1) return steps - 1;
  const std::size_t r = repetitions(steps, s), behind = reach(s - 1, r);
  const std::size_t least = r >= 2 ? reach(s, r - 2) : 1;
  return std::max(least, steps > behind ? steps - behind : 0);
}

// More snapshots than steps are of no use, and their sums with others might not fit in a number.
std::size_t useful(std::size_t steps, std::size_t snapshots) {
  return std::min(snapshots, std::max<std::size_t>(steps, 1));
}

}  // namespace

BinomialSchedule::BinomialSchedule(std::size_t steps, std::size_t snapshots)
    : remaining_(steps), snapshots_(useful(steps, snapshots)) {
  if (snapshots == 0) throw Error("schedule: to reverse steps, at least one snapshot is needed, that of the beginning");
  if (steps >= std::size_t(1) << 32) {
    throw Error("schedule: " + std::to_string(steps) +
                " steps are too many, 2^32 - 1 can be reversed. Make one step of several");
  }
}

ScheduleAction BinomialSchedule::next() {
  using Kind = ScheduleAction::Kind;
  if (remaining_ == 0) return {};
  if (!working_) {
    at_ = stored_.back();
    working_ = true;
    return {Kind::restore, at_, 0, stored_.size() - 1};
  }
  if (at_ == remaining_ - 1) {
    working_ = false;
    --remaining_;
    if (!stored_.empty() && stored_.back() == at_) stored_.pop_back();
    return {Kind::reverse, at_, 0, 0};
  }
  if (stored_.empty() || stored_.back() != at_) {
    stored_.push_back(at_);
    return {Kind::store, at_, 0, stored_.size() - 1};
  }
  const std::size_t from = at_;
  at_ += distance(remaining_ - at_, snapshots_ - stored_.size() + 1);
  return {Kind::advance, from, at_, 0};
}

std::size_t BinomialSchedule::advances(std::size_t steps, std::size_t snapshots) {
  if (steps < 2) return 0;
  snapshots = useful(steps, snapshots);
  const std::size_t r = repetitions(steps, snapshots);
  return r * steps - reach(snapshots + 1, r - 1);
}

std::size_t BinomialSchedule::snapshots_for(std::size_t steps, std::size_t times) {
  std::size_t few = 0, many = std::max<std::size_t>(steps, 1);  // few are too few
  while (many - few > 1) {
    const std::size_t middle = few + (many - few) / 2;
    (reach(middle, times) >= steps ? many : few) = middle;
  }
  return many;
}

}  // namespace tapegrad
