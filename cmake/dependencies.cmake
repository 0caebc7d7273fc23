# Finds what tapegrad is built on; a missing one is named by its Debian package.
function(tapegrad_find package debian)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "tapegrad needs ${package}. On Debian and Ubuntu: apt install ${debian}")
  endif()
endfunction()

tapegrad_find(xtensor libxtensor-dev)
tapegrad_find(OpenMP g++ COMPONENTS CXX)

# OpenBLAS in its OpenMP flavour: one thread pool for its loops and ours.
find_library(TAPEGRAD_BLAS openblas PATH_SUFFIXES openblas-openmp)
find_path(TAPEGRAD_BLAS_INCLUDE cblas.h PATH_SUFFIXES openblas-openmp openblas)
if(NOT TAPEGRAD_BLAS OR NOT TAPEGRAD_BLAS_INCLUDE)
  message(FATAL_ERROR "tapegrad needs OpenBLAS. On Debian and Ubuntu: apt install libopenblas-openmp-dev")
endif()
