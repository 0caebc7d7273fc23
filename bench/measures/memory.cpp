// Memory: what a step asks of the heap and the kernel once it is warm, and the most that a process holds.
#include <omp.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "build_facts.h"
#include "child.h"
#include "measures/measures.h"

namespace bench {
namespace {

long page_faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

struct Steady {
  double allocations = 0, faults = 0;
};

Steady steady_state(const Work& step) {
  constexpr int steps = 50;
  for (int i = 0; i < 3; ++i) step();
  const std::uint64_t blocks = HeapCounter::count();
  const long faults = page_faults();
  HeapCounter::on(true);
  for (int i = 0; i < steps; ++i) step();
  HeapCounter::on(false);
  return {double(HeapCounter::count() - blocks) / steps, double(page_faults() - faults) / steps};
}

/// MiB that a fresh process has held before and after five steps of case b, each with one untimed step before it.
nlohmann::ordered_json peak_of(const std::string& name, const Command& command) {
  Peer peer(command);
  const auto before = peer.peak_memory();
  const auto ran = peer.microseconds("b", 5);
  const auto after = peer.peak_memory();
  if (!before || !ran || !after) return nullptr;
  std::printf("  %-34s %10.1f MiB before, %.1f MiB after\n", (name + ", case b").c_str(), *before / 1024,
              *after / 1024);
  return {{"before_MiB", *before / 1024}, {"after_MiB", *after / 1024}};
}

}  // namespace

nlohmann::ordered_json measure_steady_state(const std::vector<Case>& cases) {
  std::printf("\nafter the third step, a step of ours costs (%d threads)%10s %12s\n", omp_get_max_threads(),
              "heap blocks", "page faults");
  nlohmann::ordered_json json;
  for (const Case& each : cases) {
    const Steady steady = steady_state(each.ours());
    std::printf("  %-52s %10.2f %12.2f\n", each.name.c_str(), steady.allocations, steady.faults);
    json[each.name] = {{"heap_blocks_a_step", steady.allocations}, {"page_faults_a_step", steady.faults}};
  }
  std::fflush(stdout);
  return json;
}

nlohmann::ordered_json measure_peak_memory() {
  std::printf("\npeak memory of a fresh process\n");
  nlohmann::ordered_json json;
  json["ours"] = peak_of("ours", {std::filesystem::read_symlink("/proc/self/exe"), "--serve", "--threads", "1"});
  if (*build_facts::libtorch_peer) json["libtorch"] = peak_of("libtorch", {build_facts::libtorch_peer, "1"});
  return json;
}

}  // namespace bench
