// Discrete Fourier transforms. The reverse of one, seen as a linear map of real numbers, is one with the other sign.
#include "tapegrad/ops/fourier.h"

#include <algorithm>
#include <cmath>

#include "kernels/fourier.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

namespace {

// Along which axis, and what the sums are multiplied with. `middle` of real numbers: another factor of the frequencies
// that stand for two. `length` is that of real numbers.
struct Waves {
  std::size_t axis, length;
  double scale, middle = 1;
  // The same of several arrays, which stand along a first axis.
  Waves of_each() const { return {axis + 1, length, scale, middle}; }
};

// The shape of two parts of a shape, one after the other.
Shape of_parts(const Shape& part, std::string_view op, const CallSite& site) {
  ShortVector<std::size_t, 8> axes{2};
  for (const std::size_t length : part) axes.push_back(length);
  return Shape(axes, op, site);
}
// The lines of an array along an axis, with the length of real numbers in place of their frequencies'.
kernels::Lines real_lines(const Shape& shape, const Waves& waves) {
  kernels::Lines lines = kernels::lines_along(shape, waves.axis);
  lines.length = waves.length;
  return lines;
}
// The real or the imaginary part of what a transform gave: a view.
template <Real T>
Tensor<T> part(const Tensor<T>& y, long which, const CallSite& site = {}) {
  return slice(y, Slices{{which, 1, 1, true}}, site);
}
template <Real T>
Complex<T> parts(const Tensor<T>& y, const CallSite& site = {}) {
  return {part(y, 0, site), part(y, 1, site)};
}
template <Real T>
kernels::Planar<T> planar(Tensor<T>& y) {
  return {y.mutable_data(), y.mutable_data() + y.size() / 2};
}

template <class Op, Real T>
Tensor<T> transform(const Tensor<T>& re, const Tensor<T>& im, const Waves& waves, const CallSite& site);
template <Real T>
Tensor<T> real_transform(const Tensor<T>& x, const Waves& waves, const CallSite& site);
template <Real T>
Tensor<T> transform_to_real(const Tensor<T>& re, const Tensor<T>& im, const Waves& waves, const CallSite& site);

// A pair of tangents, of which one may not be there.
template <Real T>
Complex<T> tangents(const Push& push) {
  const Tensor<T> re = push.has(0) ? push.tangent<T>(0) : Tensor<T>();
  const Tensor<T> im = push.has(1) ? push.tangent<T>(1) : zeros_like(re);
  return {re ? re : zeros_like(im), im};
}
template <Real T>
void add_parts(Sweep& sweep, const Tensor<T>& both) {
  for (const std::size_t i : {0, 1}) {
    if (sweep.wants(i)) sweep.add(i, part(both, static_cast<long>(i)));
  }
}

// ---- fft, ifft: y[k] = scale * the sum of (a + i b)[t] e^(-+2 pi i t k / n)     da + i db = the other one of dy
struct Ifft;
struct Fft {
  static constexpr OpTraits traits{
      .name = "fft",
      .formula = with_adjoints(
          {"sum of (a + i b)[t] * exp(-2 pi i t k / n)", "\\sum_t (a + i b)_t \\, e^{-2 \\pi i t k / n}"},
          {"a", {"real part of the sum of g[k] * exp(2 pi i t k / n)", "\\Re \\sum_k g_k \\, e^{2 \\pi i t k / n}"}},
          {"b",
           {"imaginary part of the sum of g[k] * exp(2 pi i t k / n)", "\\Im \\sum_k g_k \\, e^{2 \\pi i t k / n}"}})};
  static constexpr bool inverse = false;
  using Back = Ifft;
  Waves waves;
  auto operator()(const auto& x) const { return transform<Fft>(x[0], x[1], waves, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return moveaxis(Fft{waves.of_each()}(b.whole(x)), 0, 1); }
};
struct Ifft {
  static constexpr OpTraits traits{
      .name = "ifft",
      .formula = with_adjoints({"sum of (a + i b)[t] * exp(2 pi i t k / n) / n",
                                "\\tfrac{1}{n} \\sum_t (a + i b)_t \\, e^{2 \\pi i t k / n}"},
                               {"a",
                                {"real part of the sum of g[k] * exp(-2 pi i t k / n) / n",
                                 "\\Re \\tfrac{1}{n} \\sum_k g_k \\, e^{-2 \\pi i t k / n}"}},
                               {"b",
                                {"imaginary part of the sum of g[k] * exp(-2 pi i t k / n) / n",
                                 "\\Im \\tfrac{1}{n} \\sum_k g_k \\, e^{-2 \\pi i t k / n}"}})};
  static constexpr bool inverse = true;
  using Back = Fft;
  Waves waves;
  auto operator()(const auto& x) const { return transform<Ifft>(x[0], x[1], waves, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return moveaxis(Ifft{waves.of_each()}(b.whole(x)), 0, 1); }
};

template <class Op, Real T>
Tensor<T> transform(const Tensor<T>& re, const Tensor<T>& im, const Waves& waves, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  Inputs in(name, site, re, im);
  const Shape& shape = re.shape();
  Tensor<T> y = in.template output<T>(of_parts(shape, name, site));
  kernels::fourier<T>(planar(y), {re.data(), im.data()}, kernels::lines_along(shape, waves.axis), Op::inverse,
                      waves.scale);
  if (in) {
    in.record(y, Op{waves},
              adjoint_and_tangent(
                  [waves](Sweep& sweep, const Tensor<T>& g) {
                    add_parts(sweep, transform<typename Op::Back>(part(g, 0), part(g, 1), waves, CallSite{}));
                  },
                  [waves](const Push& push) {
                    const auto [a, b] = tangents<T>(push);
                    return transform<Op>(a, b, waves, CallSite{});
                  }));
  }
  return y;
}

// ---- rfft: half of that of real numbers     dx = the real part of the sum over that half
struct Rfft {
  static constexpr OpTraits traits{
      .name = "rfft",
      .formula = with_adjoints(
          {"sum of x[t] * exp(-2 pi i t k / n), k <= n / 2", "\\sum_t x_t \\, e^{-2 \\pi i t k / n}, k \\le n / 2"},
          {"x", {"real part of the sum of g[k] * exp(2 pi i t k / n)", "\\Re \\sum_k g_k \\, e^{2 \\pi i t k / n}"}})};
  Waves waves;
  auto operator()(const auto& x) const { return real_transform(x[0], waves, CallSite{}); }
  auto batched(const auto& x, const Batch&) const { return moveaxis(Rfft{waves.of_each()}(x), 0, 1); }
};
template <Real T>
Tensor<T> real_transform(const Tensor<T>& x, const Waves& waves, const CallSite& site) {
  constexpr std::string_view name = Rfft::traits.name;
  Inputs in(name, site, x);
  const Shape half = with_length(x.shape(), waves.axis, waves.length / 2 + 1, name, site);
  Tensor<T> y = in.template output<T>(of_parts(half, name, site));
  kernels::fourier_of_real<T>(planar(y), x.data(), real_lines(x.shape(), waves), waves.scale, waves.middle);
  if (in) {
    in.record(y, Rfft{waves},
              adjoint_and_tangent(
                  [waves](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, transform_to_real(part(g, 0), part(g, 1), waves, CallSite{}));
                  },
                  [waves](const Push& push) { return real_transform(push.tangent<T>(0), waves, CallSite{}); }));
  }
  return y;
}

// ---- irfft: the real part of the sum over that half, all but its ends twice     da + i db = rfft(dy), the same twice
struct Irfft {
  static constexpr OpTraits traits{
      .name = "irfft",
      .formula =
          with_adjoints({"sum of w[k] * (a + i b)[k] * exp(2 pi i t k / n) / n, w = 2 but for the ends",
                         "\\Re \\tfrac{1}{n} \\sum_k w_k (a + i b)_k \\, e^{2 \\pi i t k / n}, w = 1, 2, 2, \\ldots"},
                        {"a",
                         {"real part of w[k] * sum of g[t] * exp(-2 pi i t k / n) / n",
                          "\\Re \\tfrac{w_k}{n} \\sum_t g_t \\, e^{-2 \\pi i t k / n}"}},
                        {"b",
                         {"imaginary part of w[k] * sum of g[t] * exp(-2 pi i t k / n) / n",
                          "\\Im \\tfrac{w_k}{n} \\sum_t g_t \\, e^{-2 \\pi i t k / n}"}})};
  Waves waves;
  auto operator()(const auto& x) const { return transform_to_real(x[0], x[1], waves, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return Irfft{waves.of_each()}(b.whole(x)); }
};
template <Real T>
Tensor<T> transform_to_real(const Tensor<T>& re, const Tensor<T>& im, const Waves& waves, const CallSite& site) {
  constexpr std::string_view name = Irfft::traits.name;
  Inputs in(name, site, re, im);
  Tensor<T> y = in.template output<T>(with_length(re.shape(), waves.axis, waves.length, name, site));
  kernels::fourier_to_real<T>(y.mutable_data(), {re.data(), im.data()}, real_lines(re.shape(), waves), waves.scale,
                              waves.middle);
  if (in) {
    in.record(y, Irfft{waves},
              adjoint_and_tangent(
                  [waves](Sweep& sweep, const Tensor<T>& g) { add_parts(sweep, real_transform(g, waves, CallSite{})); },
                  [waves](const Push& push) {
                    const auto [a, b] = tangents<T>(push);
                    return transform_to_real(a, b, waves, CallSite{});
                  }));
  }
  return y;
}

// x with `length` elements along the axis, zeros where there were none.
template <Real T>
Tensor<T> resized(const Tensor<T>& x, std::size_t axis, std::size_t length, const CallSite& site) {
  const std::size_t has = x.shape()[axis];
  if (has == length) return x;
  if (has > length) return slice(x, part_along(x.shape(), axis, {0, 1, length, false}), site);
  const Tensor<T> rest = Tensor<T>::full(with_length(x.shape(), axis, length - has, "fft", site), T(0));
  return concatenate({x, rest}, static_cast<long>(axis), site);
}

template <Real T>
void check_parts(std::string_view op, const Complex<T>& x, const CallSite& site) {
  if (!x.real || !x.imag) fail_empty(op, site);
  if (x.real.shape() == x.imag.shape()) return;
  throw ShapeError(std::string(op) + ": the real part is " + text(x.real.shape()) + ", the imaginary part " +
                   text(x.imag.shape()) + text(site) +
                   ". Both need one shape; zeros_like(x) is the imaginary part of a "
                   "real x");
}

// Where no length is asked for, it is that of the axis, or of the real numbers whose `half` of frequencies lies along
// it; `inverse` says how the norm is meant.
Waves checked_waves(std::string_view op, const Shape& shape, const FourierOptions& options, bool half, bool inverse,
                    const CallSite& site) {
  const std::size_t axis = checked_axis(op, options.axis, shape.rank(), site);
  const long own = static_cast<long>(shape[axis]), length = options.n.value_or(half ? 2 * (own - 1) : own);
  if (shape[axis] == 0) {
    throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " of shape " + text(shape) +
                     " has no elements to transform" + text(site));
  }
  if (length < 1) {
    throw ShapeError(std::string(op) + ": a transform of length " + std::to_string(length) + " along axis " +
                     std::to_string(axis) + " of shape " + text(shape) + text(site) + ". Give an n of 1 or more");
  }
  const double size = static_cast<double>(length);
  const bool divides = options.norm == (inverse ? FourierNorm::backward : FourierNorm::forward);
  return {axis, static_cast<std::size_t>(length),
          options.norm == FourierNorm::ortho ? 1 / std::sqrt(size)
          : divides                          ? 1 / size
                                             : 1};
}
template <class Op, Real T>
Complex<T> checked_transform(const Complex<T>& x, const FourierOptions& options, const CallSite& site) {
  constexpr std::string_view name = Op::traits.name;
  check_parts(name, x, site);
  const Waves waves = checked_waves(name, x.shape(), options, false, Op::inverse, site);
  return parts(transform<Op>(resized(x.real, waves.axis, waves.length, site),
                             resized(x.imag, waves.axis, waves.length, site), waves, site),
               site);
}
template <Real T>
Complex<T> with_zeros(std::string_view op, const Tensor<T>& x, const CallSite& site) {
  if (!x) fail_empty(op, site);
  return {x, zeros_like(x, site)};
}

// The options of the transforms along two axes, the second one first.
std::array<FourierOptions, 2> along_each(std::string_view op, const Shape& shape, const Fourier2Options& options,
                                         const CallSite& site) {
  checked_axes(op, {options.axes[0], options.axes[1]}, shape.rank(), site);
  std::array<FourierOptions, 2> each;
  for (const std::size_t i : {0, 1}) {
    each[1 - i] = {.axis = options.axes[i], .norm = options.norm};
    if (options.s) each[1 - i].n = (*options.s)[i];
  }
  return each;
}
}  // namespace

template <Real T>
Complex<T> fft(const Complex<T>& x, const FourierOptions& options, CallSite site) {
  return checked_transform<Fft>(x, options, site);
}
template <Real T>
Complex<T> fft(const Tensor<T>& x, const FourierOptions& options, CallSite site) {
  return fft(with_zeros(Fft::traits.name, x, site), options, site);
}
template <Real T>
Complex<T> ifft(const Complex<T>& x, const FourierOptions& options, CallSite site) {
  return checked_transform<Ifft>(x, options, site);
}
template <Real T>
Complex<T> ifft(const Tensor<T>& x, const FourierOptions& options, CallSite site) {
  return ifft(with_zeros(Ifft::traits.name, x, site), options, site);
}

template <Real T>
Complex<T> rfft(const Tensor<T>& x, const FourierOptions& options, CallSite site) {
  constexpr std::string_view name = Rfft::traits.name;
  if (!x) fail_empty(name, site);
  const Waves waves = checked_waves(name, x.shape(), options, false, false, site);
  return parts(real_transform(resized(x, waves.axis, waves.length, site), waves, site), site);
}
template <Real T>
Tensor<T> irfft(const Complex<T>& x, const FourierOptions& options, CallSite site) {
  constexpr std::string_view name = Irfft::traits.name;
  check_parts(name, x, site);
  Waves waves = checked_waves(name, x.shape(), options, true, true, site);
  waves.middle = 2;
  const std::size_t kept = waves.length / 2 + 1;
  return transform_to_real(resized(x.real, waves.axis, kept, site), resized(x.imag, waves.axis, kept, site), waves,
                           site);
}

// ---- fft2 and its kin: along one axis after the other
template <Real T>
Complex<T> fft2(const Complex<T>& x, const Fourier2Options& options, CallSite site) {
  check_parts("fft2", x, site);
  const auto [second, first] = along_each("fft2", x.shape(), options, site);
  return fft(fft(x, second, site), first, site);
}
template <Real T>
Complex<T> fft2(const Tensor<T>& x, const Fourier2Options& options, CallSite site) {
  return fft2(with_zeros("fft2", x, site), options, site);
}
template <Real T>
Complex<T> ifft2(const Complex<T>& x, const Fourier2Options& options, CallSite site) {
  check_parts("ifft2", x, site);
  const auto [second, first] = along_each("ifft2", x.shape(), options, site);
  return ifft(ifft(x, second, site), first, site);
}
template <Real T>
Complex<T> rfft2(const Tensor<T>& x, const Fourier2Options& options, CallSite site) {
  if (!x) fail_empty("rfft2", site);
  const auto [second, first] = along_each("rfft2", x.shape(), options, site);
  return fft(rfft(x, second, site), first, site);
}
template <Real T>
Tensor<T> irfft2(const Complex<T>& x, const Fourier2Options& options, CallSite site) {
  check_parts("irfft2", x, site);
  const auto [second, first] = along_each("irfft2", x.shape(), options, site);
  return irfft(ifft(x, first, site), second, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct FourierOps {
  using X = const Tensor<T>&;
  using Z = const Complex<T>&;
  using One = const FourierOptions&;
  using Two = const Fourier2Options&;
  static constexpr std::tuple functions{
      Function<Complex<T>(Z, One, CallSite)>(fft),   Function<Complex<T>(X, One, CallSite)>(fft),
      Function<Complex<T>(Z, One, CallSite)>(ifft),  Function<Complex<T>(X, One, CallSite)>(ifft),
      Function<Complex<T>(X, One, CallSite)>(rfft),  Function<Tensor<T>(Z, One, CallSite)>(irfft),
      Function<Complex<T>(Z, Two, CallSite)>(fft2),  Function<Complex<T>(X, Two, CallSite)>(fft2),
      Function<Complex<T>(Z, Two, CallSite)>(ifft2), Function<Complex<T>(X, Two, CallSite)>(rfft2),
      Function<Tensor<T>(Z, Two, CallSite)>(irfft2)};
};
template struct FourierOps<float>;
template struct FourierOps<double>;

}  // namespace tapegrad
