#include "tapegrad/engine/loops/parallel.h"

#include <algorithm>
#include <exception>
#include <omp.h>

namespace tapegrad::kernels {

void run_chunks(std::size_t count, std::size_t chunk, void (*run)(const void*, std::size_t, std::size_t),
                const void* kernel) {
  if (omp_get_max_threads() == 1 || omp_in_parallel()) {  // a team of one would be made anew each time, on the heap
    for (std::size_t begin = 0; begin < count; begin += chunk) run(kernel, begin, std::min(count, begin + chunk));
    return;
  }
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
