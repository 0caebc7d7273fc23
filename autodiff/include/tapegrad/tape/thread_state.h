// What a thread keeps between calls, such as a random generator, and what a recomputation must find as it was.
#pragma once
#include <any>
#include <utility>
#include <vector>

namespace tapegrad {

/// A copy of all such state of this thread, as it is when this object is made.
class ThreadState {
 public:
  ThreadState();
  /// Makes this thread's state what it was.
  void restore() const;

  /// Registers state: `of_thread()` returns a reference to this thread's, of a type that can be copied. Once, before
  /// threads use it: `const bool restored = ThreadState::includes<&default_random>();` at namespace scope.
  template <auto of_thread>
  static bool includes() {
    using State = std::remove_cvref_t<decltype(of_thread())>;
    add({[] { return std::any(of_thread()); },
         [](const std::any& state) { of_thread() = std::any_cast<const State&>(state); }});
    return true;
  }

 private:
  struct Part {
    std::any (*copy)();
    void (*restore)(const std::any&);
  };
  static void add(Part part);
  std::vector<std::pair<Part, std::any>> parts_;
};

}  // namespace tapegrad
