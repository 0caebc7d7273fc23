// What happens when there is no memory: who is named, and how tests bring it about.
// For the library and its tests only.
#pragma once
#include <cstddef>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "tapegrad/error.h"
#include "tapegrad/tensor/shape.h"

namespace tapegrad::engine {

/// "1024 bytes", "80000000000 bytes (80.0 GB)"
std::string bytes_text(std::size_t bytes);

/// f(), with every lack of memory within it, also that of a std::vector, as a MemoryError in the name of `op`. `what`
/// says what was wanted where the one who lacked it did not. Without a line to give, a MemoryError is left as it is.
template <class F>
auto named_memory_error(std::string_view op, const std::string& what, const CallSite& site, F&& f) {
  try {
    return f();
  } catch (const MemoryError& error) {
    if (site.line() == 0) throw;
    throw MemoryError(op, error.wanted(), site);
  } catch (const std::bad_alloc&) {
    throw MemoryError(op, what, site);
  } catch (const std::length_error&) {  // of a container that cannot be that long on any machine
    throw MemoryError(op, what, site);
  }
}

/// Gives the free blocks of this thread's pool, and those that wait for any thread, back to the heap. That is done
/// before a request is refused.
void free_pool();

/// Before memory is taken that is not of the pool: throws std::bad_alloc where a test's HeapLimit refuses it.
void require_heap(std::size_t bytes);

/// For tests: within its life the pool and the arena of this thread get so many more blocks from the heap, each of at
/// most so many bytes, and are refused all others.
class HeapLimit {
 public:
  explicit HeapLimit(std::size_t blocks, std::size_t bytes = std::numeric_limits<std::size_t>::max());
  ~HeapLimit();
  HeapLimit(const HeapLimit&) = delete;
  HeapLimit& operator=(const HeapLimit&) = delete;
  /// Whether a request was refused.
  static bool reached();
};

}  // namespace tapegrad::engine
