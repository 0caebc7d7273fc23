# Finds what tapegrad is built on; a missing one is named by its Debian package.
function(tapegrad_find package debian)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "tapegrad needs ${package}. On Debian and Ubuntu: apt install ${debian}")
  endif()
endfunction()

# Public: users' files include both, xsimd for the ops they fuse themselves.
tapegrad_find(xtensor libxtensor-dev)
tapegrad_find(xsimd libxsimd-dev)
set_target_properties(xtensor xsimd PROPERTIES SYSTEM ON)  # warnings in them are not ours

# clang brings no OpenMP runtime of its own: for clang 16 it is libomp-16-dev.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  string(REGEX MATCH "^[0-9]+" clang_version ${CMAKE_CXX_COMPILER_VERSION})
  tapegrad_find(OpenMP libomp-${clang_version}-dev COMPONENTS CXX)
else()
  tapegrad_find(OpenMP g++ COMPONENTS CXX)
endif()

# OpenBLAS in its OpenMP flavour, which can be told to use one thread for the calling thread alone.
find_library(TAPEGRAD_BLAS openblas PATH_SUFFIXES openblas-openmp)
find_path(TAPEGRAD_BLAS_INCLUDE cblas.h PATH_SUFFIXES openblas-openmp openblas)
if(NOT TAPEGRAD_BLAS OR NOT TAPEGRAD_BLAS_INCLUDE)
  message(FATAL_ERROR "tapegrad needs OpenBLAS. On Debian and Ubuntu: apt install libopenblas-openmp-dev")
endif()

# Private, and for its headers only: its target would link whatever BLAS is the system's default beside ours.
tapegrad_find(xtensor-blas libxtensor-blas-dev)
get_target_property(TAPEGRAD_XTENSOR_BLAS_INCLUDE xtensor-blas INTERFACE_INCLUDE_DIRECTORIES)
