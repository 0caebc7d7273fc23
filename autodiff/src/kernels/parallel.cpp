#include "tapegrad/engine/parallel.h"

#include <algorithm>
#include <exception>

namespace tapegrad::kernels {

void run_chunks(std::size_t count, std::size_t chunk, void (*run)(const void*, std::size_t, std::size_t),
                const void* kernel) {
  std::exception_ptr error;
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < count; begin += chunk) {
    try {
      run(kernel, begin, std::min(count, begin + chunk));
    } catch (...) {  // must not leave the parallel region
#pragma omp critical(tapegrad_parallel_error)
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace tapegrad::kernels
