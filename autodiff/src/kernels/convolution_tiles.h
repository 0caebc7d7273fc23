// The inner loops of convolutions: a tile of the result stays in registers while the terms of its sums pass.
#pragma once
#include <cstddef>
#include <type_traits>

#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {

// Processors with 64 bytes a register have 32 of them, as those with NEON; others have 16.
#if defined(__aarch64__)
inline constexpr bool many_registers = true;
#else
template <class T>
inline constexpr std::size_t bytes_of_register = Lanes<T>::count * sizeof(T);
inline constexpr bool many_registers = bytes_of_register<float> == 64;
#endif

/// How many rows of a result are made at once, and of how many registers a row of the tile is: more where there are few
/// rows.
inline constexpr std::size_t most_rows = many_registers ? 8 : 4, narrow = 3, wide = 6;
/// What a tile may read and write past the end of a row.
template <class T>
inline constexpr std::size_t longest_tile = wide * Lanes<T>::count;

/// to[r, q] = the sum over k of weights[k, r] from[places[k] + q], for as many q as there are numbers in `registers`;
/// added to what is there when `more`.
template <std::size_t rows, std::size_t registers, class T>
void tile_of_products(T* to, std::size_t step, const T* from, const std::size_t* places, std::size_t count,
                      const T* weights, bool more) {
  constexpr std::size_t width = Lanes<T>::count;
  Lanes<T> sum[rows][registers];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t j = 0; j < registers; ++j) {
      sum[r][j] = more ? Lanes<T>::load(to + r * step + j * width) : Lanes<T>(T(0));
    }
  }
  for (std::size_t k = 0; k < count; ++k, weights += rows) {
    const T* const x = from + places[k];
    Lanes<T> loaded[registers];
#pragma GCC unroll 8
    for (std::size_t j = 0; j < registers; ++j) loaded[j] = Lanes<T>::load(x + j * width);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
      const Lanes<T> factor(weights[r]);
#pragma GCC unroll 8
      for (std::size_t j = 0; j < registers; ++j) sum[r][j] = fma(factor, loaded[j], sum[r][j]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t j = 0; j < registers; ++j) sum[r][j].store(to + r * step + j * width);
  }
}

/// How many rows of g and places of x the tile below takes at once.
inline constexpr std::size_t rows_of_dots = many_registers ? 6 : 4, places_of_dots = many_registers ? 4 : 2;

/// to[r][k] += the sum over q < length of g[r][q] x[k][q]; `length` is a multiple of a register's.
template <class T>
void dots_of_places(T* const (&to)[rows_of_dots][places_of_dots], const T* const (&g)[rows_of_dots],
                    const T* const (&x)[places_of_dots], std::size_t length) {
  Lanes<T> sum[rows_of_dots][places_of_dots];
  for (auto& row : sum) {
    for (auto& each : row) each = Lanes<T>(T(0));
  }
  for (std::size_t q = 0; q < length; q += Lanes<T>::count) {
    Lanes<T> loaded[places_of_dots];
#pragma GCC unroll 8
    for (std::size_t k = 0; k < places_of_dots; ++k) loaded[k] = Lanes<T>::load(x[k] + q);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows_of_dots; ++r) {
      const Lanes<T> factor = Lanes<T>::load(g[r] + q);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < places_of_dots; ++k) sum[r][k] = fma(factor, loaded[k], sum[r][k]);
    }
  }
  for (std::size_t r = 0; r < rows_of_dots; ++r) {
    for (std::size_t k = 0; k < places_of_dots; ++k) {
      if (to[r][k]) *to[r][k] += sum[r][k].total();
    }
  }
}

}  // namespace tapegrad::kernels
