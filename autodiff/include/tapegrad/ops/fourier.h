// Discrete Fourier transforms of any length, with NumPy's names and meanings. A length of small factors is computed by
// butterflies (Cooley and Tukey 1965), one with a prime factor above 31 by a convolution (Bluestein 1970).
//
//     Complex<double> spectrum = rfft(signal);
//     Tensor<double> smooth = irfft(spectrum * filter, {.n = 1000});
#pragma once
#include <array>
#include <optional>

#include "tapegrad/ops/complex.h"

namespace tapegrad {

/// Which transform is divided by the number of elements: the inverse one, none but both by its root, the forward one.
enum class FourierNorm { backward, ortho, forward };
struct FourierOptions {
  std::optional<long> n =
      {};  ///< the length that is transformed: the axis is cut or continued by zeros; by default its own
  long axis = -1;
  FourierNorm norm = FourierNorm::backward;
};
struct Fourier2Options {
  std::optional<std::array<long, 2>> s = {};  ///< the lengths along the two axes
  std::array<long, 2> axes = {-2, -1};
  FourierNorm norm = FourierNorm::backward;
};

// All throw ShapeError for an axis that is not there, for an axis without elements, for a length below 1 and for parts
// of different shapes.

/// The sum over t of x[t] e^(-2 pi i t k / n), for each k < n, along an axis.
template <Real T>
Complex<T> fft(const Complex<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());
/// Of real numbers. rfft takes half the time and gives half of it.
template <Real T>
Complex<T> fft(const Tensor<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());
/// The inverse of fft: with the other sign, and by default divided by n.
template <Real T>
Complex<T> ifft(const Complex<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());
template <Real T>
Complex<T> ifft(const Tensor<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());

/// The first n / 2 + 1 elements of fft(x), for frequencies from 0 up. Of real numbers the others are their conjugates.
template <Real T>
Complex<T> rfft(const Tensor<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());
/// The inverse of rfft: n real numbers from n / 2 + 1 frequencies. By default n is even, 2 (frequencies - 1): give it
/// for an odd one. What is imaginary of frequency 0, and of the last one of an even n, is not read.
template <Real T>
Tensor<T> irfft(const Complex<T>& x, const FourierOptions& options = {}, CallSite site = CallSite::current());

/// Along two axes, which are different.
template <Real T>
Complex<T> fft2(const Complex<T>& x, const Fourier2Options& options = {}, CallSite site = CallSite::current());
template <Real T>
Complex<T> fft2(const Tensor<T>& x, const Fourier2Options& options = {}, CallSite site = CallSite::current());
template <Real T>
Complex<T> ifft2(const Complex<T>& x, const Fourier2Options& options = {}, CallSite site = CallSite::current());
/// Of real numbers: half of the frequencies along the second axis.
template <Real T>
Complex<T> rfft2(const Tensor<T>& x, const Fourier2Options& options = {}, CallSite site = CallSite::current());
template <Real T>
Tensor<T> irfft2(const Complex<T>& x, const Fourier2Options& options = {}, CallSite site = CallSite::current());

}  // namespace tapegrad
