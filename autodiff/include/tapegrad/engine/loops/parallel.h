// Splits work over threads in chunks fixed by size, so that results do not depend on the number of threads.
#pragma once
#include <cstddef>

namespace tapegrad::kernels {

/// A multiple of every register's length: no chunk but the last ends inside a register.
inline constexpr std::size_t chunk_length = 16384;

/// Calls run(kernel, begin, end) for every chunk of [0, count), on this thread and the library's workers, see
/// threads.h. Who comes first takes the next chunk. A call from inside a chunk runs where it is. An exception from a
/// chunk reaches the caller.
void run_chunks(std::size_t count, std::size_t chunk, void (*run)(const void* kernel, std::size_t, std::size_t),
                const void* kernel);

/// Calls kernel(begin, end) for every chunk of [0, count); one chunk is run where it is.
template <class Kernel>
void parallel(std::size_t count, const Kernel& kernel, std::size_t chunk = chunk_length) {
  if (count <= chunk) return kernel(std::size_t(0), count);
  auto run = [](const void* k, std::size_t begin, std::size_t end) { (*static_cast<const Kernel*>(k))(begin, end); };
  run_chunks(count, chunk, run, &kernel);
}

}  // namespace tapegrad::kernels
