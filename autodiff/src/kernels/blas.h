// What BLAS and LAPACK are called within.
#pragma once
#include <omp.h>

namespace tapegrad::kernels {

/// Within its life, OpenBLAS works on this thread alone. The setting is OpenMP's for one thread, not BLAS's for all, so
/// that the program's own calls of BLAS are as they were.
class BlasOnOneThread {
 public:
  BlasOnOneThread() {
    if (before_ > 1) omp_set_num_threads(1);
  }
  ~BlasOnOneThread() {
    if (before_ > 1) omp_set_num_threads(before_);
  }
  BlasOnOneThread(const BlasOnOneThread&) = delete;
  BlasOnOneThread& operator=(const BlasOnOneThread&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace tapegrad::kernels
