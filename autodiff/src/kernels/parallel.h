// Splits work over threads in chunks fixed by size, so that results do not depend on the number of threads.
#pragma once
#include <cstddef>
#include <exception>

namespace tapegrad::kernels {

/// Calls kernel(begin, end) over [0, count). An exception from a chunk reaches the caller.
template <class Kernel>
void parallel(std::size_t count, Kernel kernel) {
  constexpr std::size_t chunk = 32768;
  if (count <= chunk) return kernel(std::size_t(0), count);
  std::exception_ptr error;
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < count; begin += chunk) {
    try {
      kernel(begin, begin + chunk < count ? begin + chunk : count);
    } catch (...) {
#pragma omp critical(tapegrad_parallel_error)
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace tapegrad::kernels
