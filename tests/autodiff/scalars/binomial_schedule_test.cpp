// The binomial schedule: each action does what it may, and together they run as few steps as a search over all plans.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <tapegrad/scalars/binomial_schedule.h>
#include <tapegrad/error.h>

using namespace tapegrad;
using doctest::Contains;
using Kind = ScheduleAction::Kind;

namespace {

struct Counts {
  std::size_t advanced = 0, most_stored = 0, most_runs = 0;
};

// Carries the actions out on a state that is the number of its step, and checks each.
Counts carry_out(std::size_t steps, std::size_t snapshots) {
  BinomialSchedule schedule(steps, snapshots);
  Counts counts;
  std::vector<std::size_t> stored(snapshots, steps), runs(steps, 0);
  std::size_t working = 0, left = steps, places = 0;
  bool valid = true, allowed = true;
  auto require = [&allowed](bool condition) { allowed &= condition; };
  for (ScheduleAction action = schedule.next(); action.kind != Kind::done; action = schedule.next()) {
    require(action.kind == Kind::restore || valid);
    if (action.kind == Kind::restore) {
      require(action.place < snapshots && stored[action.place] == action.step);
      working = action.step;
      valid = true;
      continue;
    }
    require(action.step == working);
    if (action.kind == Kind::store) {
      REQUIRE(action.place < snapshots);
      stored[action.place] = working;
      places = std::max(places, action.place + 1);
    } else if (action.kind == Kind::advance) {
      require(action.to > working);
      require(action.to < left);
      for (; working < action.to; ++working) ++runs[working], ++counts.advanced;
    } else {
      require(working == --left);
      valid = false;
    }
  }
  CHECK(allowed);
  CHECK(left == 0);
  CHECK(schedule.next().kind == Kind::done);
  counts.most_stored = places;
  counts.most_runs = steps ? *std::max_element(runs.begin(), runs.end()) : 0;
  return counts;
}

// The fewest steps that any plan runs, by trying each place for the next snapshot: with one snapshot all steps but the
// last are run from the first state for each reversal; else run m, store, reverse what is behind, then what is before.
std::vector<std::vector<std::size_t>> fewest(std::size_t steps, std::size_t snapshots) {
  std::vector<std::vector<std::size_t>> table(snapshots + 1, std::vector<std::size_t>(steps + 1, 0));
  for (std::size_t s = 1; s <= snapshots; ++s) {
    for (std::size_t l = 2; l <= steps; ++l) {
      std::size_t best = l * (l - 1) / 2;
      for (std::size_t m = 1; m < l && s > 1; ++m) best = std::min(best, m + table[s - 1][l - m] + table[s][m]);
      table[s][l] = best;
    }
  }
  return table;
}

// C(n, k), exact as a product of small numbers.
std::size_t choose(std::size_t n, std::size_t k) {
  std::size_t result = 1;
  for (std::size_t i = 1; i <= k; ++i) result = result * (n - k + i) / i;
  return result;
}

}  // namespace

TEST_CASE("a schedule runs as few steps as the best of all plans") {
  const auto table = fewest(150, 12);
  for (std::size_t snapshots = 1; snapshots <= 12; ++snapshots) {
    for (std::size_t steps = 0; steps <= 150; ++steps) {
      CAPTURE(steps);
      CAPTURE(snapshots);
      const Counts counts = carry_out(steps, snapshots);
      CHECK(counts.advanced == table[snapshots][steps]);
      CHECK(BinomialSchedule::advances(steps, snapshots) == table[snapshots][steps]);
      CHECK(counts.most_stored <= snapshots);
    }
  }
}

TEST_CASE("where the steps are a binomial number, each is run as often as the paper says") {
  for (std::size_t s = 1; s <= 8; ++s) {
    for (std::size_t r = 1; r <= 5; ++r) {
      CAPTURE(s);
      CAPTURE(r);
      const std::size_t steps = choose(s + r, s);  // beta(s, r)
      const Counts counts = carry_out(steps, s);
      CHECK(counts.advanced == r * steps - choose(s + r, s + 1));  // minus beta(s + 1, r - 1)
      CHECK(counts.most_runs == r);
      CHECK(carry_out(steps + 1, s).most_runs == r + 1);
    }
  }
}

TEST_CASE("long integrations") {
  // 20 snapshots reach beta(20, 4) = 10626 < 1e5 <= beta(20, 5) = 53130 < 1e5 <= beta(20, 6) = 230230
  CHECK(BinomialSchedule::advances(100'000, 20) == 6 * 100'000 - choose(26, 21));
  CHECK(carry_out(100'000, 20).advanced == 6 * 100'000 - choose(26, 21));
  CHECK(carry_out(100'000, 20).most_runs == 6);
  CHECK(carry_out(3'000, 2).advanced == BinomialSchedule::advances(3'000, 2));
  CHECK(carry_out(1'000, 1'000).advanced == 999);
  CHECK(carry_out(1'000, 5'000).advanced == 999);
  // Far past what can be tried out: no overflow.
  CHECK(BinomialSchedule::advances(4'000'000'000, 1) == 4'000'000'000 / 2 * 3'999'999'999);
  BinomialSchedule huge(4'000'000'000, 3'000'000'000);
  CHECK(huge.next().kind == Kind::store);
  CHECK(huge.next().kind == Kind::advance);
}

TEST_CASE("as many snapshots as are needed for a number of runs") {
  for (std::size_t steps : {1, 2, 3, 10, 66, 67, 1000, 100'000}) {
    for (std::size_t times : {1, 2, 3, 6}) {
      CAPTURE(steps);
      CAPTURE(times);
      const std::size_t snapshots = BinomialSchedule::snapshots_for(steps, times);
      CHECK(carry_out(steps, snapshots).most_runs <= times);
      if (snapshots > 1) CHECK(carry_out(steps, snapshots - 1).most_runs > times);
    }
  }
  CHECK(BinomialSchedule::snapshots_for(66, 2) == 10);  // C(12, 2) = 66
  CHECK(BinomialSchedule::snapshots_for(67, 2) == 11);
}

TEST_CASE("snapshots without end are as many as steps") {
  for (std::size_t steps : {0, 1, 2, 50}) {
    BinomialSchedule schedule(steps, ~std::size_t(0));
    std::size_t advanced = 0;
    for (ScheduleAction action = schedule.next(); action.kind != Kind::done; action = schedule.next()) {
      if (action.kind == Kind::advance) advanced += action.to - action.step;
    }
    CHECK(advanced == (steps ? steps - 1 : 0));
    CHECK(BinomialSchedule::advances(steps, ~std::size_t(0)) == advanced);
  }
}

TEST_CASE("schedules that cannot be") {
  CHECK_THROWS_WITH_AS(BinomialSchedule(10, 0), Contains("at least one snapshot is needed"), Error);
  CHECK_THROWS_WITH_AS(BinomialSchedule(std::size_t(1) << 32, 5), Contains("4294967296 steps are too many"), Error);
}
