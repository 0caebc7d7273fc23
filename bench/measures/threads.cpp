// Threads that share a machine: a step beside busy processes, and whether memory grows where one thread makes what
// another drops.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include <tapegrad/autodiff.h>
#include <tapegrad/threads.h>

#include "measures/measures.h"
#include "turns.h"

using namespace tapegrad;

namespace bench {
namespace {

// Processes that use a core each until this object goes.
class Busy {
 public:
  explicit Busy(int count) {
    for (; count > 0; --count) {
      const pid_t child = fork();
      if (child == 0) {
        for (volatile unsigned turn = 0;; turn = turn + 1) {
        }
      }
      if (child > 0) children_.push_back(child);
    }
  }
  ~Busy() {
    for (const pid_t child : children_) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::vector<pid_t> children_;
};

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * double(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// A fresh thread for each sweep of a weight that all share.
void sweeps_on_threads(int count) {
  const Tensor<float> weight = variable(Tensor<float>::full({512, 512}, 0.5f));
  for (int i = 0; i < count; ++i) {
    std::thread([&] {
      Tape tape;
      keep(tape.backward(sum(weight * weight))[weight].data()[0]);
    }).join();
  }
}

// A loader makes batches, this thread drops them.
void batches_of_a_loader(int count) {
  std::atomic<Tensor<float>*> slot = nullptr;
  std::thread loader([&] {
    for (int i = 0; i < count; ++i) {
      auto* batch = new Tensor<float>(Tensor<float>::full({512, 512}, float(i)));
      while (slot.load() != nullptr) std::this_thread::yield();
      slot = batch;
    }
  });
  for (int i = 0; i < count; ++i) {
    Tensor<float>* batch = nullptr;
    while (!(batch = slot.exchange(nullptr))) std::this_thread::yield();
    keep(batch->data()[0]);
    delete batch;
  }
  loader.join();
}

double growth_of(const char* what, void (*work)(int)) {
  work(50);
  const double before = resident_mib();
  work(2000);
  const double grown = resident_mib() - before;
  std::printf("  %-52s %10.1f MiB more\n", what, grown);
  return grown;
}

}  // namespace

nlohmann::ordered_json measure_threads(const std::vector<Case>& cases) {
  nlohmann::ordered_json json;
  const int before = threads();
  const int most = std::max(2, int(std::thread::hardware_concurrency()));
  for (const Case& each : cases) {
    if (each.name != "b") continue;
    std::printf("\na step of case b beside busy processes, microseconds, medians of steps\n");
    for (int busy = 0; busy <= 2; ++busy) {
      const Busy others(busy);
      double time[2];
      for (const int many : {0, 1}) {
        set_threads(many ? most : 1);
        time[many] = alone(each.ours(), 2).median;
      }
      std::printf("  beside %d: %8.0f with 1 thread, %8.0f with %d: %.2f\n", busy, time[0], time[1], most,
                  time[1] / time[0]);
      json["beside_busy"].push_back({{"busy", busy}, {"one", time[0]}, {"threads", most}, {"several", time[1]}});
    }
  }
  set_threads(before);
  std::printf("\nmemory of 2000 turns, 1 MiB each\n");
  json["growth_MiB"] = {{"sweeps", growth_of("threads that each sweep a shared weight", sweeps_on_threads)},
                        {"loader", growth_of("batches that a loader makes and another thread drops",
                                             batches_of_a_loader)}};
  return json;
}

}  // namespace bench
