#include "kernels/lapack.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <iostream>
#include <vector>

// xtensor-blas' bindings, which expect the headers above.
#include <xflens/cxxblas/cxxblas.cxx>
#include <xflens/cxxlapack/cxxlapack.cxx>
#include <xtensor-blas/xblas_config.hpp>

#include "kernels/blas.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad::kernels {
namespace {

template <class T>
using Workspace = std::vector<T, engine::PoolAllocator<T>>;

// LAPACK says how much room it wants as a number of type T.
template <class T>
Workspace<T> workspace(T size) {
  return Workspace<T>(static_cast<std::size_t>(std::max(T(1), std::nextafter(size, size * 2))) + 1);
}
template <class X>
int length(const Workspace<X>& room) {
  return static_cast<int>(room.size());
}
// LAPACK asks for a distance of at least 1 between columns, also where there are none.
int distance(std::size_t rows) { return static_cast<int>(std::max<std::size_t>(rows, 1)); }

}  // namespace

template <class T>
bool lu(T* a, std::int32_t* pivots, std::size_t n) {
  const BlasOnOneThread alone;
  return cxxlapack::getrf(int(n), int(n), a, distance(n), pivots) == 0;
}

template <class T>
void lu_solve(const T* factors, const std::int32_t* pivots, T* b, std::size_t n, std::size_t count, bool transposed) {
  if (n == 0 || count == 0) return;
  const BlasOnOneThread alone;
  cxxlapack::getrs(transposed ? 'N' : 'T', int(n), int(count), factors, distance(n), pivots, b, distance(n));
}

template <class T>
void triangular_solve(const T* a, T* b, std::size_t n, std::size_t count, bool upper, bool transposed,
                      bool unit_diagonal) {
  if (n == 0 || count == 0) return;
  const BlasOnOneThread alone;
  cxxlapack::trtrs(upper ? 'L' : 'U', transposed ? 'N' : 'T', unit_diagonal ? 'U' : 'N', int(n), int(count), a,
                   distance(n), b, distance(n));
}

template <class T>
std::size_t cholesky(T* a, std::size_t n) {
  int info;
  {
    const BlasOnOneThread alone;
    info = cxxlapack::potrf('U', int(n), a, distance(n));
  }
  for (std::size_t i = 0; i < n; ++i) std::fill(a + i * n + i + 1, a + (i + 1) * n, T(0));
  return static_cast<std::size_t>(std::max(info, 0));
}

template <class T>
void qr(T* a, T* r, std::size_t m, std::size_t n) {
  if (n == 0) return;
  const BlasOnOneThread alone;
  Workspace<T> tau(n);
  T size, other;
  cxxlapack::geqrf(int(m), int(n), a, distance(m), tau.data(), &size, -1);
  cxxlapack::orgqr(int(m), int(n), int(n), a, distance(m), tau.data(), &other, -1);
  Workspace<T> room = workspace(std::max(size, other));
  cxxlapack::geqrf(int(m), int(n), a, distance(m), tau.data(), room.data(), length(room));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) r[i * n + j] = j < i ? T(0) : a[j * m + i];
  }
  cxxlapack::orgqr(int(m), int(n), int(n), a, distance(m), tau.data(), room.data(), length(room));
}

template <class T>
bool eigh(T* a, T* w, std::size_t n) {
  if (n == 0) return true;
  const BlasOnOneThread alone;
  T size;
  int integers;
  cxxlapack::syevd('V', 'U', int(n), a, distance(n), w, &size, -1, &integers, -1);
  Workspace<T> room = workspace(size);
  Workspace<int> places(static_cast<std::size_t>(integers));
  return cxxlapack::syevd('V', 'U', int(n), a, distance(n), w, room.data(), length(room), places.data(),
                          length(places)) == 0;
}

// The transpose, read column by column, has the factors of a the other way round.
template <class T>
bool svd(T* a, T* u, T* s, T* vt, std::size_t m, std::size_t n) {
  const std::size_t k = std::min(m, n);
  if (k == 0) return true;
  const BlasOnOneThread alone;
  Workspace<int> places(8 * k);
  T size;
  auto run = [&](T* room, int length_of_room) {
    return cxxlapack::gesdd('S', int(n), int(m), a, distance(n), s, vt, distance(n), u, distance(k), room,
                            length_of_room, places.data());
  };
  run(&size, -1);
  Workspace<T> room = workspace(size);
  return run(room.data(), length(room)) == 0;
}

template bool lu(float*, std::int32_t*, std::size_t);
template void lu_solve(const float*, const std::int32_t*, float*, std::size_t, std::size_t, bool);
template void triangular_solve(const float*, float*, std::size_t, std::size_t, bool, bool, bool);
template std::size_t cholesky(float*, std::size_t);
template void qr(float*, float*, std::size_t, std::size_t);
template bool eigh(float*, float*, std::size_t);
template bool svd(float*, float*, float*, float*, std::size_t, std::size_t);
template bool lu(double*, std::int32_t*, std::size_t);
template void lu_solve(const double*, const std::int32_t*, double*, std::size_t, std::size_t, bool);
template void triangular_solve(const double*, double*, std::size_t, std::size_t, bool, bool, bool);
template std::size_t cholesky(double*, std::size_t);
template void qr(double*, double*, std::size_t, std::size_t);
template bool eigh(double*, double*, std::size_t);
template bool svd(double*, double*, double*, double*, std::size_t, std::size_t);

}  // namespace tapegrad::kernels
