// Signals in short windows of time: compositions.
#include "tapegrad/ops/signal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/windows.h"
#include "tapegrad/engine/inputs.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

namespace {

// f(i) for i < count, each computed in double.
template <Real T, class F>
Tensor<T> sequence(std::string_view op, long count, const CallSite& site, const F& f) {
  Tensor<T> y = Tensor<T>::empty(Shape(std::array{static_cast<std::size_t>(count)}, op, site), op, site);
  for (long i = 0; i < count; ++i) y.mutable_data()[i] = static_cast<T>(f(static_cast<double>(i)));
  return y;
}

void check_samples(std::string_view op, long n, long least, const CallSite& site) {
  if (n >= least) return;
  throw ShapeError(std::string(op) + ": " + std::to_string(n) + " samples" + text(site) + ". Ask for " +
                   std::to_string(least) + " or more");
}

// ---- fftfreq, rfftfreq
// The first `count` of n: below `positive` as they come, then those below 0.
template <Real T>
Tensor<T> frequencies(std::string_view op, long n, long count, long positive, double d, const CallSite& site) {
  check_samples(op, n, 1, site);
  return sequence<T>(op, count, site, [&](double i) {
    const double own = i < static_cast<double>(positive) ? i : i - static_cast<double>(n);
    return own / (static_cast<double>(n) * d);
  });
}

// ---- fftshift, ifftshift: half of each axis' length, rounded down, forwards or backwards
template <Real T>
Tensor<T> shifted(std::string_view op, const Tensor<T>& x, const Axes& axes, bool back, const CallSite& site) {
  if (!x) fail_empty(op, site);
  checked_axes(op, axes, x.rank(), site);
  Axes all = axes;
  for (std::size_t i = 0; axes.empty() && i < x.rank(); ++i) all.push_back(static_cast<long>(i));
  Integers shifts;
  for (const long axis : all) {
    const long half = static_cast<long>(x.shape()[checked_axis(op, axis, x.rank(), site)] / 2);
    shifts.push_back(back ? -half : half);
  }
  return roll(x, shifts, all, site);
}

// ---- windows: sums of cosines
template <Real T>
Tensor<T> window_of(std::string_view op, long n, bool periodic, std::array<double, 3> factors, const CallSite& site) {
  check_samples(op, n, 0, site);
  if (n == 1) return Tensor<T>::full({1}, T(1));
  const double period = static_cast<double>(periodic ? n : n - 1);
  return sequence<T>(op, n, site, [&](double t) {
    const double angle = 2 * std::numbers::pi * t / period;
    return factors[0] - factors[1] * std::cos(angle) + factors[2] * std::cos(2 * angle);
  });
}

// ---- stft, istft
struct Frames {
  std::size_t size, hop;
  std::size_t margin;  // before and behind the signal
  FourierNorm norm;
  long signed_size() const { return static_cast<long>(size); }
  long signed_hop() const { return static_cast<long>(hop); }
};
template <Real T>
Frames checked_frames(std::string_view op, long n_fft, const StftOptions<T>& options, const CallSite& site) {
  const long hop = options.hop_length.value_or(std::max(n_fft / 4, 1L));
  if (n_fft < 1 || hop < 1) {
    throw ShapeError(std::string(op) + ": windows of " + std::to_string(n_fft) + " samples, " + std::to_string(hop) +
                     " apart" + text(site) + ". Both are 1 or more");
  }
  if (options.window && (options.window.rank() != 1 || options.window.size() > static_cast<std::size_t>(n_fft))) {
    throw ShapeError(std::string(op) + ": a window of shape " + text(options.window.shape()) + " for n_fft " +
                     std::to_string(n_fft) + text(site) + ". It is a row of at most n_fft numbers");
  }
  return {static_cast<std::size_t>(n_fft), static_cast<std::size_t>(hop),
          options.center ? static_cast<std::size_t>(n_fft / 2) : 0,
          options.normalized ? FourierNorm::ortho : FourierNorm::backward};
}
// n_fft factors, those that were given in the middle.
template <Real T>
Tensor<T> whole_window(const Frames& frames, const Tensor<T>& window, const CallSite& site) {
  if (!window) return Tensor<T>::full({frames.size}, T(1));
  const long missing = frames.signed_size() - static_cast<long>(window.size());
  return missing ? pad(window, {missing / 2, missing - missing / 2}, {}, site) : window;
}
// The last axis of x, or its last two, behind those before them, which become one; and the reverse.
template <Real T>
Tensor<T> in_rows(const Tensor<T>& x, std::size_t kept, const CallSite& site) {
  std::size_t count = 1;
  ShortVector<std::size_t, 8> shape(1);
  for (std::size_t i = 0; i + kept < x.rank(); ++i) count *= x.shape()[i];
  shape[0] = count;
  for (std::size_t i = kept; i-- > 0;) shape.push_back(x.shape().back(i));
  return reshape(x, Shape(shape), site);
}
template <Real T>
Tensor<T> in_batch(const Tensor<T>& x, const Shape& batch, std::size_t left_out, const CallSite& site) {
  ShortVector<std::size_t, 8> shape;
  for (std::size_t i = 0; i + left_out < batch.rank(); ++i) shape.push_back(batch[i]);
  for (std::size_t i = 1; i < x.rank(); ++i) shape.push_back(x.shape()[i]);
  return reshape(x, Shape(shape), site);
}
}  // namespace

template <Real T>
Tensor<T> fftfreq(long n, double d, CallSite site) {
  return frequencies<T>("fftfreq", n, n, (n + 1) / 2, d, site);
}
template <Real T>
Tensor<T> rfftfreq(long n, double d, CallSite site) {
  return frequencies<T>("rfftfreq", n, n / 2 + 1, n / 2 + 1, d, site);
}
template <Real T>
Tensor<T> fftshift(const Tensor<T>& x, const Axes& axes, CallSite site) {
  return shifted("fftshift", x, axes, false, site);
}
template <Real T>
Tensor<T> ifftshift(const Tensor<T>& x, const Axes& axes, CallSite site) {
  return shifted("ifftshift", x, axes, true, site);
}
template <Real T>
Complex<T> fftshift(const Complex<T>& x, const Axes& axes, CallSite site) {
  return {fftshift(x.real, axes, site), fftshift(x.imag, axes, site)};
}
template <Real T>
Complex<T> ifftshift(const Complex<T>& x, const Axes& axes, CallSite site) {
  return {ifftshift(x.real, axes, site), ifftshift(x.imag, axes, site)};
}

template <Real T>
Tensor<T> hann_window(long n, bool periodic, CallSite site) {
  return window_of<T>("hann_window", n, periodic, {0.5, 0.5, 0}, site);
}
template <Real T>
Tensor<T> hamming_window(long n, bool periodic, CallSite site) {
  return window_of<T>("hamming_window", n, periodic, {0.54, 0.46, 0}, site);
}
template <Real T>
Tensor<T> blackman_window(long n, bool periodic, CallSite site) {
  return window_of<T>("blackman_window", n, periodic, {0.42, 0.5, 0.08}, site);
}

template <Real T>
Complex<T> stft(const Tensor<T>& x, long n_fft, const StftOptions<std::type_identity_t<T>>& options, CallSite site) {
  if (!x) fail_empty("stft", site);
  const Frames frames = checked_frames("stft", n_fft, options, site);
  const long margin = static_cast<long>(frames.margin);
  if (x.rank() == 0 || x.shape().back(0) + 2 * frames.margin < frames.size || x.shape().back(0) == 0) {
    throw ShapeError("stft: a signal of shape " + text(x.shape()) + " is shorter than windows of " +
                     std::to_string(n_fft) + text(site) + ". The last axis is time");
  }
  Tensor<T> rows = in_rows(x, 1, site);
  if (margin) rows = pad(rows, {{0, 0}, {margin, margin}}, {.mode = options.pad_mode}, site);
  rows = unfold(rows, 1, frames.signed_size(), frames.signed_hop(), site);
  if (options.window) rows = multiply(rows, whole_window(frames, options.window, site), site);
  const FourierOptions along{.norm = frames.norm};
  const Complex<T> z = options.onesided ? rfft(rows, along, site) : fft(rows, along, site);
  const auto placed = [&](const Tensor<T>& part) {
    return in_batch(transpose(part, {0, 2, 1}, site), x.shape(), 1, site);
  };
  return {placed(z.real), placed(z.imag)};
}

template <Real T>
Tensor<T> istft(const Complex<T>& x, long n_fft, const StftOptions<std::type_identity_t<T>>& options, CallSite site) {
  if (!x.real || !x.imag) fail_empty("istft", site);
  const Frames frames = checked_frames("istft", n_fft, options, site);
  const Shape& shape = x.shape();
  const std::size_t kept = options.onesided ? frames.size / 2 + 1 : frames.size;
  if (shape.rank() < 2 || shape.back(1) != kept || shape.back(0) == 0 || !(shape == x.imag.shape())) {
    throw ShapeError("istft: parts of shapes " + text(shape) + " and " + text(x.imag.shape()) + " for n_fft " +
                     std::to_string(n_fft) + text(site) + ". They are (..., " + std::to_string(kept) + ", windows)");
  }
  const auto rows_of = [&](const Tensor<T>& part) { return transpose(in_rows(part, 2, site), {0, 2, 1}, site); };
  const Complex<T> z{rows_of(x.real), rows_of(x.imag)};
  const FourierOptions along{.n = n_fft, .norm = frames.norm};
  const Tensor<T> rows = options.onesided ? irfft(z, along, site) : ifft(z, along, site).real;
  const Tensor<T> window = whole_window(frames, options.window, site);
  const std::size_t count = shape.back(0), length = frames.size + (count - 1) * frames.hop;
  const Windows windows{1, frames.size, frames.hop};
  Tensor<T> sums = fold(multiply(rows, window, site), windows, {rows.shape()[0], length}, site);
  Tensor<T> weights =
      fold(broadcast_to(multiply(window, window, site), {1, count, frames.size}, site), windows, {1, length}, site);
  const std::size_t wanted = options.length ? static_cast<std::size_t>(std::max(*options.length, 0L))
                                            : length - std::min(length, 2 * frames.margin);
  const std::size_t reached = std::min(wanted, length - std::min(length, frames.margin));
  const Slices cut{{0, 1, rows.shape()[0], false}, {static_cast<long>(frames.margin), 1, reached, false}};
  const Slices cut_weights{{0, 1, 1, false}, {static_cast<long>(frames.margin), 1, reached, false}};
  weights = slice(weights, cut_weights, site);
  if (std::any_of(weights.data(), weights.data() + weights.size(), [](T weight) { return !(weight > T(1e-11)); })) {
    throw DomainError("istft: windows leave samples out, so that there is no signal" + text(site) +
                      ". Take a shorter hop_length, or center");
  }
  Tensor<T> signal = divide(slice(sums, cut, site), weights, site);
  if (reached < wanted) signal = pad(signal, {{0, 0}, {0, static_cast<long>(wanted - reached)}}, {}, site);
  return in_batch(signal, shape, 2, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SignalOps {
  using X = const Tensor<T>&;
  using Z = const Complex<T>&;
  using Options = const StftOptions<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(long, double, CallSite)>(fftfreq<T>),
                                        Function<Tensor<T>(long, double, CallSite)>(rfftfreq<T>),
                                        Function<Tensor<T>(X, const Axes&, CallSite)>(fftshift),
                                        Function<Tensor<T>(X, const Axes&, CallSite)>(ifftshift),
                                        Function<Complex<T>(Z, const Axes&, CallSite)>(fftshift),
                                        Function<Complex<T>(Z, const Axes&, CallSite)>(ifftshift),
                                        Function<Tensor<T>(long, bool, CallSite)>(hann_window<T>),
                                        Function<Tensor<T>(long, bool, CallSite)>(hamming_window<T>),
                                        Function<Tensor<T>(long, bool, CallSite)>(blackman_window<T>),
                                        Function<Complex<T>(X, long, Options, CallSite)>(stft<T>),
                                        Function<Tensor<T>(Z, long, Options, CallSite)>(istft<T>)};
};
template struct SignalOps<float>;
template struct SignalOps<double>;

}  // namespace tapegrad
