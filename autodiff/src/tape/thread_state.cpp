// The list of what threads keep. Filled while the program starts, in any order of its files: hence inside a function.
#include "tapegrad/tape/thread_state.h"

#include <mutex>

namespace tapegrad {
namespace {

template <class Part>
struct Registered {
  std::mutex mutex;
  std::vector<Part> parts;
};
template <class Part>
Registered<Part>& registered() {
  static auto& all = *new Registered<Part>;
  return all;
}

}  // namespace

void ThreadState::add(Part part) {
  std::lock_guard lock(registered<Part>().mutex);
  registered<Part>().parts.push_back(part);
}

ThreadState::ThreadState() {
  std::lock_guard lock(registered<Part>().mutex);
  for (const Part& part : registered<Part>().parts) parts_.emplace_back(part, part.copy());
}

void ThreadState::restore() const {
  for (const auto& [part, state] : parts_) part.restore(state);
}

}  // namespace tapegrad
