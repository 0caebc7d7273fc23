// The library's workers: errors, loops in loops, forks, several threads of the program, and whose the blocks are.
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/engine/context.h>
#include <tapegrad/engine/loops/parallel.h>

#include "same_bits.h"

using namespace tapegrad;

namespace {

// set_threads for one test.
struct Threads {
  explicit Threads(int count) { set_threads(count); }
  ~Threads() { set_threads(before); }
  int before = threads();
};

TEST_CASE("threads: every chunk is run once, and its exception reaches the caller") {
  Threads three(3);
  std::vector<std::atomic<int>> seen(100);
  for (int turn = 0; turn < 200; ++turn) {
    kernels::parallel(100, [&](std::size_t i, std::size_t end) {
      for (; i < end; ++i) ++seen[i];
    }, 7);
  }
  for (const auto& count : seen) REQUIRE(count == 200);
  CHECK_THROWS_WITH_AS(kernels::parallel(100, [](std::size_t begin, std::size_t) {
    if (begin == 42) throw std::runtime_error("chunk 42");
  }, 7), "chunk 42", std::runtime_error);
}

TEST_CASE("threads: a loop inside a chunk runs where it is") {
  Threads three(3);
  std::atomic<int> strangers = 0, runs = 0;
  kernels::parallel(8, [&](std::size_t, std::size_t) {
    const auto me = std::this_thread::get_id();
    kernels::parallel(8, [&](std::size_t, std::size_t) {
      ++runs;
      strangers += std::this_thread::get_id() != me;
    }, 1);
  }, 1);
  CHECK(runs == 64);
  CHECK(strangers == 0);
}

TEST_CASE("threads: four threads that compute at once share the workers") {
  Threads two(2);
  std::mutex mutex;
  std::set<std::thread::id> callers, all;
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&] {
      {
        std::lock_guard lock(mutex);
        callers.insert(std::this_thread::get_id());
      }
      for (int turn = 0; turn < 50; ++turn) {
        kernels::parallel(8, [&](std::size_t, std::size_t) {
          std::lock_guard lock(mutex);
          all.insert(std::this_thread::get_id());
        }, 1);
      }
    });
  }
  for (std::thread& user : users) user.join();
  std::size_t workers = 0;
  for (const auto& id : all) workers += !callers.contains(id);
  CHECK(workers <= 2);  // set_threads(3) of another test may have started two; one is in a loop at a time
}

TEST_CASE("threads: a worker that slept may use every processor that the program may") {
  Threads three(3);
  cpu_set_t allowed;
  REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  std::atomic<int> others = 0;
  for (int turn = 0; turn < 20; ++turn) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // by then the workers sleep
    kernels::parallel(32, [&](std::size_t, std::size_t) {
      cpu_set_t own;
      others += sched_getaffinity(0, sizeof own, &own) != 0 || !CPU_EQUAL(&own, &allowed);
      std::this_thread::sleep_for(std::chrono::microseconds(50));  // so that workers get a chunk
    }, 1);
  }
  CHECK(others == 0);
}

TEST_CASE("threads: set_threads refuses what is no number of threads") {
  CHECK_THROWS_WITH_AS(set_threads(0),
                       "set_threads: the number of threads must be 1 to 1024, but it is 0. For the loops to run on "
                       "their caller's thread alone, pass 1.", Error);
  CHECK_THROWS_AS(set_threads(1025), Error);
}

#if !defined(__SANITIZE_THREAD__)
TEST_CASE("threads: the child of a fork computes alone and does not hang") {
  Threads two(2);
  const auto x = Tensor<float>::full({300000}, 1.f);
  const float before = sum(x * 2.f).item();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(sum(x * 2.f).item() == before ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif

TEST_CASE("threads: two thousand that sweep a shared weight ask the heap for a few blocks") {
  Threads one(1);
  const Tensor<float> weight = variable(Tensor<float>::full({512, 512}, 0.5f), "weight");
  std::uint64_t late = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    std::thread([&] {
      Tensor<float> gradient;
      {
        Tape tape;
        gradient = tape.backward(sum(weight * weight))[weight];
      }
      CHECK(gradient.size() == weight.size());
      if (turn >= 10) late += engine::context().heap_blocks - 1;  // the arena's chunk is the thread's own
    }).join();
  }
  CHECK(late <= 20);
}

TEST_CASE("threads: batches that a loader makes and the main thread drops go back to the loader") {
  std::atomic<Tensor<float>*> slot = nullptr;
  std::uint64_t asked = 0;
  constexpr int batches = 1000;
  for (const std::size_t size : {std::size_t(64), std::size_t(262144)}) {
    std::thread loader([&] {
      for (int i = 0; i < batches; ++i) {
        auto* batch = new Tensor<float>(Tensor<float>::full({size}, float(i)));
        Tensor<float>* none = nullptr;
        while (!slot.compare_exchange_weak(none, batch)) {
          none = nullptr;
          std::this_thread::yield();
        }
      }
      asked = engine::context().heap_blocks;
    });
    for (int i = 0; i < batches; ++i) {
      Tensor<float>* batch;
      while (!(batch = slot.exchange(nullptr))) std::this_thread::yield();
      delete batch;
    }
    loader.join();
    CHECK(asked <= (size == 64 ? 500 : 10));  // 64 KiB a chain: at most 3 chains
  }
}

}  // namespace
