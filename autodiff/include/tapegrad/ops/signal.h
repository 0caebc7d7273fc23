// Signals in short windows of time, the windows, and the frequencies that transforms are of.
#pragma once
#include <cstddef>
#include <optional>

#include "tapegrad/ops/arrangements.h"
#include "tapegrad/ops/fourier.h"

namespace tapegrad {

/// The frequencies of the elements of fft() of n samples that are d apart: 0 up, then the negative ones. Throws
/// ShapeError for an n below 1.
template <Real T = double>
Tensor<T> fftfreq(long n, double d = 1, CallSite site = CallSite::current());
/// Those of rfft().
template <Real T = double>
Tensor<T> rfftfreq(long n, double d = 1, CallSite site = CallSite::current());
/// Frequency 0 in the middle, along the axes given or along all; ifftshift is the way back.
template <Real T>
Tensor<T> fftshift(const Tensor<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());
template <Real T>
Tensor<T> ifftshift(const Tensor<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());
template <Real T>
Complex<T> fftshift(const Complex<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());
template <Real T>
Complex<T> ifftshift(const Complex<T>& x, const Axes& axes = {}, CallSite site = CallSite::current());

/// 0.5 - 0.5 cos(2 pi t / n), for t < n: begins with 0, and goes on with 0, as transforms want it. Not periodic, it is
/// over n - 1 and ends with 0, as NumPy's. Throws ShapeError for an n below 0.
template <Real T = double>
Tensor<T> hann_window(long n, bool periodic = true, CallSite site = CallSite::current());
/// 0.54 - 0.46 cos(2 pi t / n).
template <Real T = double>
Tensor<T> hamming_window(long n, bool periodic = true, CallSite site = CallSite::current());
/// 0.42 - 0.5 cos(2 pi t / n) + 0.08 cos(4 pi t / n).
template <Real T = double>
Tensor<T> blackman_window(long n, bool periodic = true, CallSite site = CallSite::current());

/// PyTorch's arguments.
template <Real T>
struct StftOptions {
  std::optional<long> hop_length = {};  ///< from one window to the next; by default n_fft / 4
  Tensor<T> window = {};  ///< at most n_fft factors, in the middle of zeros where they are fewer; by default ones
  bool center = true;     ///< window k lies around sample k * hop_length, with n_fft / 2 samples put before and behind
  PadMode pad_mode = PadMode::reflect;
  bool normalized = false;          ///< divided by the root of n_fft
  bool onesided = true;             ///< only the n_fft / 2 + 1 frequencies of rfft
  std::optional<long> length = {};  ///< of istft: of the signal; by default what the windows reach
};
/// The transforms of windows of a signal (..., samples): (..., frequencies, windows). Gradients go to the window as
/// well. Throws ShapeError for an n_fft or a hop below 1, for a window that is no row of at most n_fft numbers, and for
/// a signal that is shorter than n_fft.
template <Real T>
Complex<T> stft(const Tensor<T>& x, long n_fft, const StftOptions<std::type_identity_t<T>>& options = {},
                CallSite site = CallSite::current());
/// The signal whose stft() is x, or is closest to x (Griffin and Lim 1984): windows are added where they overlap, and
/// divided by the sum of the squares of the windows. Throws DomainError where that is 0.
template <Real T>
Tensor<T> istft(const Complex<T>& x, long n_fft, const StftOptions<std::type_identity_t<T>>& options = {},
                CallSite site = CallSite::current());

}  // namespace tapegrad
