// Discrete Fourier transforms along the middle one of three axes, on all threads, of any length.
#pragma once
#include "kernels/fourier_plan.h"
#include "kernels/lines.h"

namespace tapegrad::kernels {

/// to[k] = scale * the sum of from[t] e^(-2 pi i t k / length), or with the other sign.
template <class T>
void fourier(Planar<T> to, Planar<const T> from, const Lines& lines, bool inverse, double scale);

/// The first length / 2 + 1 of those of real numbers. What stands for two of them, all but the first and, of an even
/// length, the last, is multiplied by `middle` too.
template <class T>
void fourier_of_real(Planar<T> to, const T* from, const Lines& lines, double scale, double middle);

/// to[t] = scale * the sum over k <= length / 2 of weight[k] * the real part of from[k] e^(2 pi i t k / length), where
/// weight is `middle` for what stands for two, else 1. `lines` are those of the result.
template <class T>
void fourier_to_real(T* to, Planar<const T> from, const Lines& lines, double scale, double middle);

}  // namespace tapegrad::kernels
