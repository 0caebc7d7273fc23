#include "tapegrad/engine/loops/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "tapegrad/error.h"
#include "tapegrad/threads.h"

namespace tapegrad {
namespace {

constexpr int most_threads = 1024;

int threads_at_start() {
  for (const char* name : {"TAPEGRAD_THREADS", "OMP_NUM_THREADS"}) {
    const char* text = std::getenv(name);
    const long asked = text ? std::strtol(text, nullptr, 10) : 0;
    if (asked > 0) return int(std::min<long>(asked, most_threads));
  }
  return std::clamp(int(std::thread::hardware_concurrency()), 1, most_threads);
}

std::atomic<int>& thread_count() {
  static std::atomic<int> count{threads_at_start()};
  return count;
}

// In a chunk, or in the child of a fork, where the workers do not exist: loops run where they are.
thread_local bool in_chunk = false;
std::atomic<bool> child_of_fork{false};

// A loop whose chunks are claimed one by one, by its caller and by the workers that come in time.
struct Loop {
  std::size_t count, chunk;
  void (*run)(const void*, std::size_t, std::size_t);
  const void* kernel;
  int most_workers;
  int processor = sched_getcpu();  // of the caller
  int workers = 0;                // in it now; guarded by the pool's mutex
  std::exception_ptr error = {};  // the first; guarded by the pool's mutex
  std::atomic<std::size_t> next{0};
};

// In its life this thread is not on that processor, if there is another one that it may use. A worker must not wake on
// its caller's: in a virtual machine Linux takes a processor that halts for one that the host has taken away, wakes the
// worker where it is woken from, and may leave the two there for milliseconds.
class AwayFrom {
 public:
  explicit AwayFrom(int processor) {
    if (processor < 0 || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    others_ = before_;
    CPU_CLR(static_cast<std::size_t>(processor), &others_);
    changed_ = CPU_COUNT(&others_) > 0 && sched_setaffinity(0, sizeof others_, &others_) == 0;
  }
  ~AwayFrom() {
    cpu_set_t now;  // unless somebody else has moved it in between
    if (changed_ && sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&now, &others_)) {
      sched_setaffinity(0, sizeof before_, &before_);
    }
  }
  AwayFrom(const AwayFrom&) = delete;
  AwayFrom& operator=(const AwayFrom&) = delete;

 private:
  cpu_set_t before_, others_;
  bool changed_ = false;
};

// Workers that sleep when there is no loop. Never destroyed, so that they may outlive main.
class Pool {
 public:
  // False when the loop of another thread has the workers.
  bool run(Loop& loop) {
    {
      std::lock_guard lock(mutex_);
      if (loop_) return false;
      start_workers(loop.most_workers);
      loop_ = &loop;
      loops_.fetch_add(1, std::memory_order_release);
    }
    if (sleeping_.load(std::memory_order_seq_cst)) wake_.notify_all();
    claim_chunks(loop);
    std::unique_lock lock(mutex_);
    loop_ = nullptr;  // who comes now finds nothing to do
    left_.wait(lock, [&] { return loop.workers == 0; });
    return true;
  }

 private:
  void claim_chunks(Loop& loop) {
    in_chunk = true;
    for (;;) {
      const std::size_t begin = loop.next.fetch_add(loop.chunk, std::memory_order_relaxed);
      if (begin >= loop.count) break;
      try {
        loop.run(loop.kernel, begin, std::min(loop.count, begin + loop.chunk));
      } catch (...) {
        std::lock_guard lock(mutex_);
        if (!loop.error) loop.error = std::current_exception();
      }
    }
    in_chunk = false;
  }

  // Signals are for the program's own threads. A system that gives no more threads leaves us those we have.
  void start_workers(int count) {
    if (started_ >= count) return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      for (; started_ < count; ++started_) std::thread([this] { work(); }).detach();
    } catch (const std::system_error&) {
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void work() {
    std::uint64_t seen = 0;
    int caller = -1;  // the processor of the last loop's
    for (;;) {
      if (!spin(seen)) sleep(seen, caller);
      std::unique_lock lock(mutex_);
      seen = loops_.load(std::memory_order_relaxed);
      Loop* loop = loop_;
      if (!loop) continue;
      caller = loop->processor;
      if (loop->workers >= loop->most_workers) continue;
      ++loop->workers;
      lock.unlock();
      if (caller == sched_getcpu()) AwayFrom{caller};
      claim_chunks(*loop);
      lock.lock();
      if (--loop->workers == 0) left_.notify_one();
    }
  }

  // Until there is a loop.
  void sleep(std::uint64_t seen, int caller) {
    const AwayFrom there(caller);
    std::unique_lock lock(mutex_);
    sleeping_.fetch_add(1, std::memory_order_seq_cst);
    wake_.wait(lock, [&] { return loops_.load(std::memory_order_relaxed) != seen; });
    sleeping_.fetch_sub(1, std::memory_order_relaxed);
  }

  // The next loop of a step often comes within microseconds; a sleeping thread takes longer to wake. True if it came.
  bool spin(std::uint64_t seen) const {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::microseconds(50);
    while (loops_.load(std::memory_order_acquire) == seen) {
      if (Clock::now() >= end) return false;
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable wake_, left_;
  Loop* loop_ = nullptr;
  int started_ = 0;
  std::atomic<int> sleeping_{0};
  std::atomic<std::uint64_t> loops_{0};
};

Pool& pool() {
  static Pool& one = []() -> Pool& {
    pthread_atfork(nullptr, nullptr, [] { child_of_fork.store(true, std::memory_order_relaxed); });
    return *new Pool;
  }();
  return one;
}

}  // namespace

int threads() { return thread_count().load(std::memory_order_relaxed); }

void set_threads(int count) {
  if (count < 1 || count > most_threads) {
    throw Error("set_threads: the number of threads must be 1 to " + std::to_string(most_threads) + ", but it is " +
                std::to_string(count) + ". For the loops to run on their caller's thread alone, pass 1.");
  }
  thread_count().store(count, std::memory_order_relaxed);
}

namespace kernels {

void run_chunks(std::size_t count, std::size_t chunk, void (*run)(const void*, std::size_t, std::size_t),
                const void* kernel) {
  const int most = threads();
  if (most > 1 && !in_chunk && !child_of_fork.load(std::memory_order_relaxed)) {
    Loop loop{count, chunk, run, kernel, most - 1};
    if (pool().run(loop)) {
      if (loop.error) std::rethrow_exception(loop.error);
      return;
    }
  }
  for (std::size_t begin = 0; begin < count; begin += chunk) run(kernel, begin, std::min(count, begin + chunk));
}

}  // namespace kernels
}  // namespace tapegrad
